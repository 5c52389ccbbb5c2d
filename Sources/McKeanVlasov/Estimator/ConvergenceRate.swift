@preconcurrency import CGSL
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
  /// p-value of a quadratic term in log–log; nil for two levels, and of a joint sweep.
  public let curvaturePValue: Double?
  /// The q with which the errors of a joint sweep add; nil of a sweep in one variable.
  public let sumExponent: Double?

  /// Why a curve has no rate.
  public enum Failure: String, Error, Sendable {
    case exactAgreement = "the coupled systems agree exactly, as they do without interaction, so there is no rate"
    case tooFewLevels = "a rate needs two levels"
    case tooFewReplicas = "a rate needs two groups of replicas with finite states"
    case underflow = "an error, or its p-th power, is 0 in double precision at some level"
    case overflow = "an error is too large for a double"
    case noSurface =
      "of the two errors, that in n and that in dt, one is nowhere the larger on this surface, so its rate is not to be seen"
    case noise = "a difference of two levels is within 4 standard errors of 0; more replicas are needed"
    case signChange = "the differences of the levels change their sign, so they are not asymptotic yet"
  }

  /// The rate in one variable, of a curve that sweeps it.
  ///
  /// - Throws: `Failure` where there is nothing to fit.
  public init(fitting curve: ErrorCurve) throws(Failure) {
    let abscissae = curve.abscissae(curve.sweep.variables[0])
    let x = abscissae.map { log($0) }
    let fits = try Self.logErrors(curve).map { LineFit(x, $0) }
    self.init(
      slopes: fits.map(\.slope), intercepts: fits.map(\.intercept), abscissae: abscissae,
      curvaturePValue: x.count > 2 ? StudentInterval(fits.map(\.curvature))!.pValueOfZero : nil)
  }

  /// The rates of a joint sweep in n and in Δt: error ≈ ((C₁ n^{-a})^q + (C₂ Δt^b)^q)^{1/q}, q in [1, 2], fitted to the
  /// logarithms.
  ///
  /// q is 2 where the squares of the two errors add and α where they are stable; it is fitted, since between the two it depends
  /// on p. The fit is not linear in the logarithms, so that means over the fits of single groups would be biased: all
  /// replicas are fitted, and the jackknife's pseudo-values, one a group, give mean and interval (docs/theory.md, section 12).
  ///
  /// - Throws: `Failure` where there is nothing to fit.
  public static func joint(fitting surface: ErrorCurve) throws(Failure) -> (n: ConvergenceRate, dt: ConvergenceRate) {
    let (n, dt) = (surface.abscissae(.n), surface.abscissae(.dt))
    guard Set(n).count > 1, Set(dt).count > 1, n.count > 4 else { throw .tooFewLevels }
    _ = try logErrors(surface)
    let (logN, logStep) = (n.map { log($0) }, dt.map { log($0) })
    guard let whole = SurfaceFit.best(logN, logStep, surface.values.map { log($0) }), whole.showsBothTerms else {
      throw .noSurface
    }
    var parts: [SurfaceFit] = []
    for values in surface.valuesWithoutGroup {
      guard let part = SurfaceFit.best(logN, logStep, values.map { log($0) }) else { throw .noSurface }
      parts.append(part)
    }
    func rate(_ term: Int, _ abscissae: [Double]) -> ConvergenceRate {
      func pseudoValues(_ value: (SurfaceFit) -> Double) -> [Double] {
        parts.map { Double(parts.count) * value(whole) - Double(parts.count - 1) * value($0) }
      }
      return ConvergenceRate(
        slopes: pseudoValues { $0.slopes[term] }, intercepts: pseudoValues { $0.intercepts[term] },
        abscissae: abscissae,
        curvaturePValue: nil, sumExponent: whole.exponent)
    }
    return (rate(0, n), rate(1, dt))
  }

  /// Means over the groups, and Student's interval.
  private init(
    slopes: [Double], intercepts: [Double], abscissae: [Double], curvaturePValue: Double?, sumExponent: Double? = nil
  ) {
    let student = StudentInterval(slopes)!
    slope = student.mean
    interval = student.mean - student.halfWidth...student.mean + student.halfWidth
    constant = exp(intercepts.reduce(0, +) / Double(intercepts.count))
    (fitFrom, fitTo) = (abscissae.first!, abscissae.last!)
    (self.curvaturePValue, self.sumExponent) = (curvaturePValue, sumExponent)
  }

  /// `logErrors[group][level]`.
  private static func logErrors(_ curve: ErrorCurve) throws(Failure) -> [[Double]] {
    guard curve.levels.count > 1 else { throw .tooFewLevels }
    let groups = curve.groupValues
    guard groups.count > 1 else { throw .tooFewReplicas }
    guard !groups.joined().allSatisfy({ $0 == 0 }) else { throw .exactAgreement }
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
    sumExponent = nil
  }
}

/// The 95 % interval of a mean of many independent numbers with a variance.
enum NormalInterval {
  /// The 97.5 % quantile of the normal law.
  static let quantile = gsl_cdf_ugaussian_Pinv(0.975)
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

/// Least squares of y on (1/q) log(e^{q(c₁ + s₁ x₁)} + e^{q(c₂ + s₂ x₂)}): the logarithm of a sum of two powers.
struct SurfaceFit {
  /// s₁, s₂.
  let slopes: [Double]
  /// c₁, c₂.
  let intercepts: [Double]
  /// q.
  let exponent: Double
  /// Whether each term is the larger one at some point: one that is not fits what the other leaves.
  let showsBothTerms: Bool
  private let sumOfSquares: Double

  private struct Points {
    let x1, x2, y: [Double]
    let exponent: Double

    /// The two powers at a point, relative to their sum, and the logarithm of its root.
    func terms(_ i: Int, _ parameters: UnsafePointer<gsl_vector>) -> (first: Double, second: Double, logRoot: Double) {
      let first = exponent * (gsl_vector_get(parameters, 0) + gsl_vector_get(parameters, 1) * x1[i])
      let second = exponent * (gsl_vector_get(parameters, 2) + gsl_vector_get(parameters, 3) * x2[i])
      let logSum = max(first, second) + log1p(exp(-abs(first - second)))
      return (exp(first - logSum), exp(second - logSum), logSum / exponent)
    }
  }

  /// The fit with the q in [1, 2] whose sum of squares is smallest, to 1e-4, by golden sections.
  ///
  /// - Returns: nil where an iteration does not converge.
  static func best(_ x1: [Double], _ x2: [Double], _ y: [Double]) -> SurfaceFit? {
    let ratio = (5.0.squareRoot() - 1) / 2
    var (low, high) = (1.0, 2.0)
    guard var best = SurfaceFit(x1, x2, y, exponent: high), let atLow = SurfaceFit(x1, x2, y, exponent: low),
      var left = SurfaceFit(x1, x2, y, exponent: high - ratio * (high - low)),
      var right = SurfaceFit(x1, x2, y, exponent: low + ratio * (high - low))
    else { return nil }
    if atLow.sumOfSquares < best.sumOfSquares { best = atLow }
    while high - low > 1e-4 {
      let goesLeft = left.sumOfSquares < right.sumOfSquares
      if goesLeft { high = right.exponent } else { low = left.exponent }
      let next = goesLeft ? high - ratio * (high - low) : low + ratio * (high - low)
      guard let fit = SurfaceFit(x1, x2, y, exponent: next) else { return nil }
      (left, right) = goesLeft ? (fit, left) : (right, fit)
    }
    for fit in [left, right] where fit.sumOfSquares < best.sumOfSquares { best = fit }
    return best
  }

  /// - Returns: nil where the iteration does not converge.
  init?(_ x1: [Double], _ x2: [Double], _ y: [Double], exponent: Double) {
    // start from the lines along the edges where each of the terms is largest against the other
    let (leastSecond, mostFirst) = (x2.min()!, x1.max()!)
    let alongFirst = y.indices.filter { x2[$0] == leastSecond }
    let alongSecond = y.indices.filter { x1[$0] == mostFirst }
    let first = LineFit(alongFirst.map { x1[$0] }, alongFirst.map { y[$0] })
    let second = LineFit(alongSecond.map { x2[$0] }, alongSecond.map { y[$0] })
    let start = [first.intercept, first.slope, second.intercept, second.slope]

    var points = Points(x1: x1, x2: x2, y: y, exponent: exponent)
    let result: (parameters: [Double], sumOfSquares: Double, showsBothTerms: Bool)? = withUnsafeMutablePointer(
      to: &points
    ) { points in
      var system = gsl_multifit_nlinear_fdf()
      system.n = y.count
      system.p = start.count
      system.params = UnsafeMutableRawPointer(points)
      system.f = { parameters, points, residuals in
        let points = points!.assumingMemoryBound(to: Points.self).pointee
        for i in points.y.indices { gsl_vector_set(residuals, i, points.terms(i, parameters!).logRoot - points.y[i]) }
        return Int32(GSL_SUCCESS)
      }
      system.df = { parameters, points, jacobian in
        let points = points!.assumingMemoryBound(to: Points.self).pointee
        for i in points.y.indices {
          let terms = points.terms(i, parameters!)
          for (column, value) in [terms.first, terms.first * points.x1[i], terms.second, terms.second * points.x2[i]]
            .enumerated()
          {
            gsl_matrix_set(jacobian, i, column, value)
          }
        }
        return Int32(GSL_SUCCESS)
      }
      var options = gsl_multifit_nlinear_default_parameters()
      let workspace = gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &options, y.count, start.count)
      let parameters = gsl_vector_alloc(start.count)
      defer {
        gsl_multifit_nlinear_free(workspace)
        gsl_vector_free(parameters)
      }
      for (k, value) in start.enumerated() { gsl_vector_set(parameters, k, value) }
      gsl_multifit_nlinear_init(parameters, &system, workspace)
      var reason: Int32 = 0
      let status = gsl_multifit_nlinear_driver(500, 1e-10, 1e-12, 0, nil, nil, &reason, workspace)
      guard status == Int32(GSL_SUCCESS), let position = gsl_multifit_nlinear_position(workspace) else { return nil }
      let terms = y.indices.map { points.pointee.terms($0, position) }
      return (
        start.indices.map { gsl_vector_get(position, $0) },
        zip(terms, y).reduce(0) { $0 + ($1.0.logRoot - $1.1) * ($1.0.logRoot - $1.1) },
        terms.contains { $0.first > 0.5 } && terms.contains { $0.second > 0.5 }
      )
    }
    guard let result, result.parameters.allSatisfy(\.isFinite) else { return nil }
    intercepts = [result.parameters[0], result.parameters[2]]
    slopes = [result.parameters[1], result.parameters[3]]
    self.exponent = exponent
    (sumOfSquares, showsBothTerms) = (result.sumOfSquares, result.showsBothTerms)
  }
}
