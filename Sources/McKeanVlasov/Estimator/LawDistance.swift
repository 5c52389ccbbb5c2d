/// Distances on the line between an empirical law F_n and another, or a known distribution function F.
///
/// Numbers are sorted, and none is NaN. Cost: one pass.
package enum LawDistance {
  /// sup_x |F_n(x) - F(x)|.
  package static func kolmogorov(_ sorted: UnsafeMutableBufferPointer<Double>, _ law: TabulatedLaw) -> Double {
    let n = Double(sorted.count)
    var largest = 0.0
    for (i, x) in sorted.enumerated() {
      let expected = law.distribution(x)
      largest = max(largest, Double(i + 1) / n - expected, expected - Double(i) / n)
    }
    return largest
  }

  /// ∫ |F_n - F| dx, Wasserstein's distance of order 1.
  ///
  /// Between two neighbours F_n is a constant c; where F crosses it, the integral is split at the quantile of c.
  package static func wasserstein1(_ sorted: UnsafeMutableBufferPointer<Double>, _ law: TabulatedLaw) -> Double {
    let n = Double(sorted.count)
    // ∫_{-∞}^x F, so that below the first number the whole of F counts
    var (x, integral) = (sorted[0], law.integratedDistribution(sorted[0]))
    var total = integral
    for i in 1..<sorted.count where sorted[i] > x {
      let c = Double(i) / n
      let (next, nextIntegral) = (sorted[i], law.integratedDistribution(sorted[i]))
      /// ∫_a^b (F - c).
      func excess(_ a: Double, _ ofA: Double, _ b: Double, _ ofB: Double) -> Double { ofB - ofA - c * (b - a) }
      if law.distribution(x) < c, law.distribution(next) > c {
        let crossing = law.quantile(c, in: x...next)
        let ofCrossing = law.integratedDistribution(crossing)
        total += excess(crossing, ofCrossing, next, nextIntegral) - excess(x, integral, crossing, ofCrossing)
      } else {
        total += abs(excess(x, integral, next, nextIntegral))
      }
      (x, integral) = (next, nextIntegral)
    }
    // ∫_x^∞ (1 - F) = E X - x + ∫_{-∞}^x F
    return total + law.law.location - x + integral
  }

  /// sup_x |F_n(x) - G_m(x)|.
  package static func kolmogorov(
    _ sorted: UnsafeMutableBufferPointer<Double>, _ other: UnsafeMutableBufferPointer<Double>
  ) -> Double {
    var largest = 0.0
    merge(sorted, other) { difference, _ in largest = max(largest, abs(difference)) }
    return largest
  }

  /// ∫ |F_n - G_m| dx.
  package static func wasserstein1(
    _ sorted: UnsafeMutableBufferPointer<Double>, _ other: UnsafeMutableBufferPointer<Double>
  ) -> Double {
    var total = 0.0
    merge(sorted, other) { difference, length in total += abs(difference) * length }
    return total
  }

  /// Hands over F_n - G_m and the length of every interval between two numbers of either sample.
  private static func merge(
    _ a: UnsafeMutableBufferPointer<Double>, _ b: UnsafeMutableBufferPointer<Double>,
    _ visit: (_ difference: Double, _ length: Double) -> Void
  ) {
    let (n, m) = (Double(a.count), Double(b.count))
    var (i, j) = (0, 0)
    var next: Double { min(i < a.count ? a[i] : .infinity, j < b.count ? b[j] : .infinity) }
    while true {
      let x = next
      while i < a.count, a[i] == x { i += 1 }
      while j < b.count, b[j] == x { j += 1 }
      guard next < .infinity else { return }
      visit(Double(i) / n - Double(j) / m, next - x)
    }
  }
}
