import Foundation

/// Distances between laws from their definitions, by counting.
enum NaiveDistance {
  /// F_n(x) = P(X ≤ x), or P(X < x), of a sample.
  private static func share(_ sample: [Double], upTo x: Double, strictly: Bool = false) -> Double {
    Double(sample.count { strictly ? $0 < x : $0 <= x }) / Double(sample.count)
  }

  /// The largest difference is at a number of either sample.
  static func kolmogorov(_ a: [Double], _ b: [Double]) -> Double {
    (a + b).map { abs(share(a, upTo: $0) - share(b, upTo: $0)) }.max()!
  }

  /// Between two neighbours both are constants.
  static func wasserstein1(_ a: [Double], _ b: [Double]) -> Double {
    let places = (a + b).sorted()
    return zip(places, places.dropFirst()).reduce(0) { total, ends in
      let middle = (ends.0 + ends.1) / 2
      return total + (ends.1 - ends.0) * abs(share(a, upTo: middle) - share(b, upTo: middle))
    }
  }

  /// At a number of the sample, or just below it.
  static func kolmogorov(_ sample: [Double], _ distribution: (Double) -> Double) -> Double {
    sample.flatMap { x in
      [share(sample, upTo: x), share(sample, upTo: x, strictly: true)].map { abs($0 - distribution(x)) }
    }.max()!
  }

  /// ∫ |F_n - F| dx by numerical integration from -∞ to ∞, cut at the numbers of the sample and in the middle between them.
  static func wasserstein1(_ sample: [Double], _ distribution: (Double) -> Double) -> Double {
    let sorted = sample.sorted()
    func difference(_ x: Double) -> Double { abs(share(sample, upTo: x) - distribution(x)) }
    var total = Integral.of({ difference(sorted.last! + $0) }, from: 0, to: .infinity, tolerance: 1e-9)
    total += Integral.of({ difference(sorted[0] - $0) }, from: 0, to: .infinity, tolerance: 1e-9)
    for (x, next) in zip(sorted, sorted.dropFirst()) where next > x {
      let inside = (next - x) * 1e-15
      for (low, high) in [(x + inside, (x + next) / 2), ((x + next) / 2, next - inside)] {
        total += Integral.of(difference, from: low, to: high, tolerance: 1e-9)
      }
    }
    return total
  }

  /// The largest |φ_n(u) - φ(u)|.
  static func characteristicFunction(
    _ sample: [Double], frequencies: [Double], _ other: (Double) -> (real: Double, imaginary: Double)
  ) -> Double {
    frequencies.map { u in
      let (own, other) = (characteristicFunction(sample, at: u), other(u))
      return hypot(own.real - other.real, own.imaginary - other.imaginary)
    }.max()!
  }

  static func characteristicFunction(_ sample: [Double], at u: Double) -> (real: Double, imaginary: Double) {
    let n = Double(sample.count)
    return (sample.reduce(0) { $0 + cos(u * $1) } / n, sample.reduce(0) { $0 + sin(u * $1) } / n)
  }
}
