/// The first four moments of independent numbers, one at a time.
package struct SampleMoments: Sendable {
  /// How many numbers.
  package private(set) var count = 0
  /// Powers are taken of the distance to it, so that little is lost where the spread is small: the first number.
  private var origin: Double?
  private var (first, second, third, fourth) = (0.0, 0.0, 0.0, 0.0)

  /// Of no numbers yet.
  package init() {}

  /// Takes in one number.
  package mutating func add(_ value: Double) {
    if origin == nil { origin = value }
    count += 1
    let x = value - origin!
    first += x
    second += x * x
    third += x * x * x
    fourth += x * x * x * x
  }

  /// Not a number without any.
  package var mean: Double { (origin ?? .nan) + first / Double(count) }

  /// Unbiased; not a number for fewer than two.
  package var variance: Double {
    let variance = (second - first * first / Double(count)) / Double(count - 1)
    return variance < 0 ? 0 : variance
  }

  /// Of the mean.
  package var standardError: Double { (variance / Double(count)).squareRoot() }

  /// E(x - mean)^4 / variance², 3 for a normal law; not a number where all numbers are equal.
  package var kurtosis: Double {
    let n = Double(count)
    let m = first / n
    let central = fourth / n - 4 * m * third / n + 6 * m * m * second / n - 3 * m * m * m * m
    let spread = second / n - m * m
    return central / (spread * spread)
  }
}
