@preconcurrency import CGSL
import Foundation

/// The exponent with which an error converges: error ≈ constant · variable^slope, with a 95 % interval.
///
/// Ordinary least squares on log error against log variable, once for each group of replicas; slope, constant and
/// curvature are means over the groups, the interval is Student's. The coarsest levels are left out as long as the levels
/// bend (docs/theory.md, section 8).
public struct ConvergenceRate: Sendable {
  /// The exponent of n (negative where the error falls) or of Δt (positive).
  public let slope: Double
  public let interval: ClosedRange<Double>
  /// How far the interval reaches to either side.
  public var halfWidth: Double { (interval.upperBound - interval.lowerBound) / 2 }
  public let constant: Double
  /// The levels of the fit, in units of the variable: the coarsest and the finest.
  public let fitFrom: Double
  public let fitTo: Double
  /// p-value of a quadratic term in log–log over the levels of the fit; nil for two levels.
  public let curvaturePValue: Double?

  /// Why a curve has no rate.
  public enum Failure: String, Error, Sendable {
    case exactAgreement = "the coupled systems agree exactly, as they do without interaction, so there is no rate"
    case tooFewLevels = "a rate needs two levels"
    case tooFewReplicas = "a rate needs two groups of replicas with finite states"
    case unequalFactors =
      "each level is measured against the next, and the levels do not grow by one factor, so their errors are no power"
    case underflow = "an error, or its p-th power, is 0 in double precision at some level"
    case overflow = "an error is too large for a double"
    case noise = "a difference of two levels is within 4 standard errors of 0; more replicas are needed"
    case signChange = "the differences of the levels change their sign, so they are not asymptotic yet"
  }

  /// A p-value of the quadratic term below it leaves the coarsest level out of the fit.
  static let bentBelow = 0.05
  /// As many levels stay in the fit, of a curve that has them.
  static let fewestLevels = 4

  /// The rate of a curve in the variable that it sweeps, on its finest levels: all, or those from the coarsest on whose
  /// quadratic term is not significant, but at least four.
  ///
  /// - Throws: `Failure` where there is nothing to fit.
  public init(fitting curve: ErrorCurve) throws(Failure) {
    var abscissae = curve.abscissae[...]
    let logErrors = try Self.logErrors(curve)
    func fitsOfGroups() -> [LineFit] {
      logErrors.map { LineFit(abscissae.map { log($0) }, Array($0.suffix(abscissae.count))) }
    }
    var fits = fitsOfGroups()
    func pValueOfCurvature() -> Double { StudentInterval(fits.map(\.curvature))!.pValueOfZero }
    while abscissae.count > Self.fewestLevels, pValueOfCurvature() < Self.bentBelow {
      abscissae.removeFirst()
      fits = fitsOfGroups()
    }
    let student = StudentInterval(fits.map(\.slope))!
    slope = student.mean
    interval = student.interval
    constant = exp(fits.map(\.intercept).reduce(0, +) / Double(fits.count))
    (fitFrom, fitTo) = (abscissae.first!, abscissae.last!)
    curvaturePValue = abscissae.count > 2 ? pValueOfCurvature() : nil
  }

  /// The slope between each level and the next, coarsest first, of all levels of a curve.
  ///
  /// - Throws: `Failure` where the curve has no rate.
  public static func localSlopes(of curve: ErrorCurve) throws(Failure) -> [LocalSlope] {
    let abscissae = curve.abscissae
    let logErrors = try logErrors(curve)
    return abscissae.indices.dropLast().map { level in
      let distance = log(abscissae[level + 1] / abscissae[level])
      let student = StudentInterval(logErrors.map { ($0[level + 1] - $0[level]) / distance })!
      return LocalSlope(
        from: abscissae[level], to: abscissae[level + 1], slope: student.mean, interval: student.interval)
    }
  }

  /// `logErrors[group][level]`.
  private static func logErrors(_ curve: ErrorCurve) throws(Failure) -> [[Double]] {
    guard curve.levels.count > 1 else { throw .tooFewLevels }
    let groups = curve.groupValues
    guard groups.count > 1 else { throw .tooFewReplicas }
    guard !groups.joined().allSatisfy({ $0 == 0 }) else { throw .exactAgreement }
    guard curve.hasOneFactor else { throw .unequalFactors }
    guard groups.joined().allSatisfy({ $0 > 0 }) else { throw .underflow }
    guard groups.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { throw .overflow }
    return groups.map { $0.map { log($0) } }
  }
}

extension ConvergenceRate {
  /// The rate of differences that are known up to independent normal errors, from many replicas of their own each.
  ///
  /// Ordinary least squares on log |difference|, whose standard error is that of the difference over its size.
  ///
  /// - Throws: `Failure` where there is nothing to fit.
  package init(abscissae: [Double], differences: [SampleMoments]) throws(Failure) {
    guard abscissae.count > 1 else { throw .tooFewLevels }
    let means = differences.map(\.mean)
    guard !means.allSatisfy({ $0 == 0 }) else { throw .exactAgreement }
    guard means.allSatisfy(\.isFinite) else { throw .overflow }
    guard differences.allSatisfy({ abs($0.mean) > 4 * $0.standardError }) else { throw .noise }
    guard Set(means.map(\.sign)).count == 1 else { throw .signChange }
    let x = abscissae.map { log($0) }
    let fit = LineFit(x, means.map { log(abs($0)) })
    // slope and curvature are linear in the ordinates
    let unit = x.indices.map { i in LineFit(x, x.indices.map { $0 == i ? 1 : 0 }) }
    let variances = differences.map { ($0.standardError / $0.mean) * ($0.standardError / $0.mean) }
    func standardError(_ weight: (LineFit) -> Double) -> Double {
      zip(unit, variances).reduce(0) { $0 + weight($1.0) * weight($1.0) * $1.1 }.squareRoot()
    }
    slope = fit.slope
    let halfWidth = NormalInterval.quantile * standardError(\.slope)
    interval = slope - halfWidth...slope + halfWidth
    constant = exp(fit.intercept)
    (fitFrom, fitTo) = (abscissae.first!, abscissae.last!)
    let error = standardError(\.curvature)
    curvaturePValue = x.count > 2 && error > 0 ? 2 * gsl_cdf_ugaussian_Q(abs(fit.curvature) / error) : nil
  }
}

/// The 95 % interval of a mean of many independent numbers with a variance.
enum NormalInterval {
  /// The 97.5 % quantile of the normal law.
  static let quantile = gsl_cdf_ugaussian_Pinv(0.975)
}

/// Ordinary least squares: y = intercept + slope · x, and the coefficient of x² in a quadratic fit.
package struct LineFit {
  package let slope: Double
  let intercept: Double
  let curvature: Double

  package init(_ x: [Double], _ y: [Double]) {
    var (c0, c1, cov00, cov01, cov11, sumOfSquares) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    gsl_fit_linear(x, 1, y, 1, x.count, &c0, &c1, &cov00, &cov01, &cov11, &sumOfSquares)
    (intercept, slope) = (c0, c1)
    // The quadratic coefficient is that of y on the part of x² that a line does not explain.
    let squares = x.map { $0 * $0 }
    gsl_fit_linear(x, 1, squares, 1, x.count, &c0, &c1, &cov00, &cov01, &cov11, &sumOfSquares)
    let bend = zip(x, squares).map { $1 - (c0 + c1 * $0) }
    let norm = bend.reduce(0) { $0 + $1 * $1 }
    curvature = x.count > 2 ? zip(bend, y).reduce(0) { $0 + $1.0 * $1.1 } / norm : 0
  }
}
