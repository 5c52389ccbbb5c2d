import CGSL
import Foundation

/// The distribution function F of a limit law at many places: P(X > x) and E(X - x)^+ of SαS(1) tabulated over log x and
/// interpolated by cubic splines, to 1e-8.
///
/// Zolotarev's integral gives the tail: for x > 0, α ≠ 1 and V(θ) = (cos θ / sin αθ)^{α/(α-1)} cos((α-1)θ) / cos θ,
///
///     P(X > x) = (1/π) ∫_0^{π/2} g(x^{α/(α-1)} V(θ)) dθ,   g(y) = e^{-y} for α > 1, 1 - e^{-y} for α < 1.
///
/// Source: J. P. Nolan, *Numerical calculation of stable densities and distribution functions*, Stoch. Models 13 (1997);
/// docs/theory.md, section 14.1.
package final class TabulatedLaw: @unchecked Sendable {
  /// The law whose F it is.
  package let law: LimitLaw

  /// The first and the last x of the table, in log; below, F is linear, above, the tail is C x^{-α}.
  private let logRange: ClosedRange<Double>
  /// f(0) of SαS(1), and the C of its tail.
  private let densityAtZero, tailConstant: Double
  /// log P(X > e^y), and log E(X - e^y)^+ where that is finite.
  private let logTail: UnsafeMutablePointer<gsl_spline>
  private let logExcess: UnsafeMutablePointer<gsl_spline>?

  private static let nodes = 2048

  /// - Precondition: a scale above 0.
  /// - Complexity: some 0.2 s.
  package init(_ law: LimitLaw) {
    precondition(law.stable.scale > 0, "the point mass has no density")
    self.law = law
    let alpha = law.stable.alpha
    densityAtZero = tgamma(1 + 1 / alpha) / .pi
    tailConstant = alpha == 2 ? 0 : tgamma(alpha) * sin(.pi * alpha / 2) / .pi
    // P(X > x) is ½ to 1e-9 at the first node and 1e-14 at the last one; of the normal law 1e-17
    let first = log(1e-9 / densityAtZero)
    let spacing = (max(log(12), log(tailConstant / 1e-14) / alpha) - first) / Double(Self.nodes - 1)
    let places = (0..<Self.nodes).map { first + Double($0) * spacing }
    // as the sum rounds it: a spline has no value beyond its last node
    let last = places.last!
    logRange = first...last
    // where rounding ends the integral's digits, GSL says so, and the value is as good as it gets
    GSL.returnsStatuses
    let tails = places.map { Self.upperTail(exp($0), alpha: alpha) }
    let logTail = gsl_spline_alloc(mckean_cubic_spline(), Self.nodes)!
    self.logTail = logTail
    gsl_spline_init(logTail, places, tails.map { log($0) }, Self.nodes)
    guard alpha > 1 else {
      logExcess = nil
      return
    }
    // E(X - x)^+ = ∫_x^∞ P(X > t) dt, from the last node down, by Boole's rule of each gap
    var excess = [Double](repeating: 0, count: Self.nodes)
    // from the last node up: of the power tail, or of the normal law with variance 2
    let meanExcess = alpha < 2 ? exp(last) / (alpha - 1) : 2 / exp(last)
    excess[Self.nodes - 1] = meanExcess * tails[Self.nodes - 1]
    for k in (0..<Self.nodes - 1).reversed() {
      let values = (0...4).map { quarter in
        let y = places[k] + Double(quarter) / 4 * spacing
        return exp(min(y, last) + gsl_spline_eval(logTail, min(y, last), nil))
      }
      let weighted = 7 * (values[0] + values[4]) + 32 * (values[1] + values[3]) + 12 * values[2]
      excess[k] = excess[k + 1] + spacing * weighted / 90
    }
    let spline = gsl_spline_alloc(mckean_cubic_spline(), Self.nodes)!
    gsl_spline_init(spline, places, excess.map { log($0) }, Self.nodes)
    logExcess = spline
  }

  deinit {
    gsl_spline_free(logTail)
    if let logExcess { gsl_spline_free(logExcess) }
  }

  /// F(x) = P(X ≤ x).
  package func distribution(_ x: Double) -> Double {
    let standard = (x - law.location) / law.stable.scale
    let tail = upperTail(abs(standard))
    return standard >= 0 ? 1 - tail : tail
  }

  /// ∫_{-∞}^x F = E(x - X)^+, for α > 1.
  package func integratedDistribution(_ x: Double) -> Double {
    // E(x - X)^+ = x + E(X - x)^+ for a symmetric X, and = E(X - |x|)^+ for x < 0
    let standard = (x - law.location) / law.stable.scale
    return law.stable.scale * (max(standard, 0) + excess(abs(standard)))
  }

  /// The x in an interval with F(x) = c, which has to lie between the values at its ends; to rounding, by bisection.
  package func quantile(_ c: Double, in interval: ClosedRange<Double>) -> Double {
    var (low, high) = (interval.lowerBound, interval.upperBound)
    while true {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { return low }
      if distribution(middle) < c { low = middle } else { high = middle }
    }
  }

  /// P(X > x) of SαS(1), x ≥ 0.
  private func upperTail(_ x: Double) -> Double {
    let y = log(x)
    if y < logRange.lowerBound { return 0.5 - densityAtZero * x }
    return exp(y <= logRange.upperBound ? gsl_spline_eval(logTail, y, nil) : beyond(y))
  }

  /// E(X - x)^+ of SαS(1), x ≥ 0.
  private func excess(_ x: Double) -> Double {
    guard let logExcess else { preconditionFailure("E(X - x)^+ is infinite for alpha at most 1") }
    let y = log(x)
    // E X^+ = ½ E|X|, from which F(0) x = x/2 is lost
    if y < logRange.lowerBound { return 0.5 * (law.stable.absoluteMoment(1) / law.stable.scale - x) }
    if y <= logRange.upperBound { return exp(gsl_spline_eval(logExcess, y, nil)) }
    return law.stable.alpha < 2 ? x * exp(beyond(y)) / (law.stable.alpha - 1) : 0
  }

  /// log P(X > e^y) beyond the table.
  private func beyond(_ y: Double) -> Double { log(tailConstant) - law.stable.alpha * y }

  // MARK: - The integral

  /// P(X > x) of SαS(1) for x > 0.
  static func upperTail(_ x: Double, alpha: Double) -> Double {
    if alpha == 2 { return erfc(x / 2) / 2 }
    // nearer to 1 than this the exponent α/(α-1) costs more digits than the law differs from Cauchy's
    if abs(alpha - 1) < 1e-8 { return atan2(1, x) / .pi }
    let exponent = alpha / (alpha - 1)
    let factor = exponent * log(x)
    func logPower(_ theta: Double, fromRight: Double) -> Double {
      let cosine = sin(fromRight)
      return factor + exponent * (log(cosine) - log(sin(alpha * theta))) + log(cos((alpha - 1) * theta)) - log(cosine)
    }
    // the integrand changes within a small part of an end: over the logarithm of the distance from it, at any place; it
    // does so within some 1/|exponent| of where the power is 1, too little to be found without being told for α near 1
    func half(_ logPower: (_ distance: Double) -> Double) -> Double {
      let (first, last) = (-80.0, log(Double.pi / 4))
      var (low, high) = (first, last)
      let sign = logPower(exp(low)) < 0
      for _ in 0..<60 {
        let middle = (low + high) / 2
        if (logPower(exp(middle)) < 0) == sign { low = middle } else { high = middle }
      }
      let width = 40 / abs(exponent)
      let cuts = [first, max(first, low - width), min(last, low + width), last]
      return zip(cuts, cuts.dropFirst()).reduce(0) { sum, ends in
        guard ends.0 < ends.1 else { return sum }
        return sum
          + integral(from: ends.0, to: ends.1) { s in
            let power = exp(logPower(exp(s)))
            return (alpha > 1 ? exp(-power) : -expm1(-power)) * exp(s)
          }
      }
    }
    let left = half { logPower($0, fromRight: .pi / 2 - $0) }
    let right = half { logPower(.pi / 2 - $0, fromRight: $0) }
    return (left + right) / .pi
  }

  /// GSL's adaptive Gauss–Kronrod rule, to a relative 1e-11.
  private static func integral(from low: Double, to high: Double, _ value: (Double) -> Double) -> Double {
    let workspace = gsl_integration_workspace_alloc(256)
    defer { gsl_integration_workspace_free(workspace) }
    return withoutActuallyEscaping(value) { value in
      withUnsafePointer(to: value) { value in
        var function = gsl_function(
          function: { x, value in value!.assumingMemoryBound(to: ((Double) -> Double).self).pointee(x) },
          params: UnsafeMutableRawPointer(mutating: value))
        var (result, error) = (0.0, 0.0)
        gsl_integration_qag(&function, low, high, 0, 1e-11, 256, Int32(GSL_INTEG_GAUSS31), workspace, &result, &error)
        return result
      }
    }
  }
}
