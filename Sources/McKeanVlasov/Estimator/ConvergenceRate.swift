import CGSL
import Foundation

/// The exponent with which an error converges: error ≈ constant · variable^slope, with a 95 % interval.
///
/// Ordinary least squares on log error against log variable, once for each group of replicas; slope, constant and
/// curvature are means over the groups, the interval is Student's.
public struct ConvergenceRate: Sendable {
  /// The exponent of n (negative where the error falls) or of Δt (positive).
  public let slope: Double
  public let interval: ClosedRange<Double>
  public let constant: Double
  /// The levels of the fit, in units of the variable: the coarsest and the finest.
  public let fitFrom: Double
  public let fitTo: Double
  /// p-value of a quadratic term in log–log; nil for two levels.
  public let curvaturePValue: Double?

  /// Why a curve has no rate.
  public enum Failure: String, Error, Sendable {
    case exactAgreement = "the coupled systems agree exactly, as they do without interaction, so there is no rate"
    case tooFewLevels = "a rate needs two levels"
    case tooFewReplicas = "a rate needs two groups of replicas with finite states"
    case underflow = "an error, or its p-th power, is 0 in double precision at some level"
    case overflow = "an error is too large for a double"
  }

  /// - Throws: `Failure` where there is nothing to fit.
  public init(fitting curve: ErrorCurve) throws(Failure) {
    guard curve.levels.count > 1 else { throw .tooFewLevels }
    let groups = curve.groupValues
    guard groups.count > 1 else { throw .tooFewReplicas }
    guard !groups.joined().allSatisfy({ $0 == 0 }) else { throw .exactAgreement }
    guard groups.joined().allSatisfy({ $0 > 0 }) else { throw .underflow }
    guard groups.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { throw .overflow }
    let x = curve.abscissae.map { log($0) }
    let fits = groups.map { LineFit(x, $0.map { log($0) }) }
    let slopes = StudentInterval(fits.map(\.slope))!
    slope = slopes.mean
    interval = slopes.mean - slopes.halfWidth...slopes.mean + slopes.halfWidth
    constant = exp(fits.map(\.intercept).reduce(0, +) / Double(fits.count))
    (fitFrom, fitTo) = (curve.abscissae.first!, curve.abscissae.last!)
    curvaturePValue = x.count > 2 ? StudentInterval(fits.map(\.curvature))!.pValueOfZero : nil
  }
}

/// Ordinary least squares: y = intercept + slope · x, and the coefficient of x² in a quadratic fit.
struct LineFit {
  let slope: Double
  let intercept: Double
  let curvature: Double

  init(_ x: [Double], _ y: [Double]) {
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
