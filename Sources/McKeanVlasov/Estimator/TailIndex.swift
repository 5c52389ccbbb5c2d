import CGSL
import Foundation

/// The tail index α of a sample of |x|, where P(|x| > t) falls like t^{-α}, by two estimators, and whether the tail is heavy.
///
/// Both depend on absolute values alone. Hill's sees the largest numbers, whatever their index; the characteristic
/// function's sees the whole sample, and estimates 2 where the variance is finite (docs/theory.md, section 16).
public struct TailIndex: Sendable, Hashable {
  /// An estimate of the tail index with its 95 % interval.
  public struct Estimate: Sendable, Hashable {
    public let value: Double
    public let interval: ClosedRange<Double>
  }

  /// The size of the sample.
  public let count: Int
  /// Hill's estimate, k / Σ_{i≤k} log(x_(i) / x_(k+1)) of the largest numbers.
  ///
  /// 2kα/α̂ has the χ² law of 2k degrees of freedom where the k largest follow a power. Source: B. M. Hill, *A simple general
  /// approach to inference about the tail of a distribution*, Ann. Statist. 3 (1975).
  public let hill: Estimate
  /// k, the numbers that Hill's estimate uses: an eighth of those up to which Guillou and Hall's diagnostic sees a power.
  public let orderStatistics: Int
  /// The slope of log(-log φ(u)) against log u, φ(u) the mean of cos(ux), where -log φ is between 0.02 and 0.2; the jackknife
  /// over sixteenths of the sample, which gives Student's interval too.
  ///
  /// Source: I. A. Koutrouvelis, *Regression-type estimation of the parameters of stable laws*, J. Amer. Statist. Assoc. 75
  /// (1980), on other frequencies.
  public let characteristicFunction: Estimate

  /// The smallest sample that anything is said of: below, the intervals do not keep their level.
  public static let fewest = 2048
  /// The smallest sample in which an index near 2 is told from a finite variance with large higher moments.
  public static let fewestForEveryVerdict = 50_000

  /// Whether the variance is infinite, α < 2; nil where that cannot be told.
  ///
  /// No, where the interval of the characteristic function reaches 2. Yes, where both intervals lie below 2. Where Hill's
  /// does not, a finite variance with a large fourth moment is possible: then yes or no as Hill's interval holds 2 or lies
  /// above, from `fewestForEveryVerdict` numbers on.
  public var isHeavy: Bool? {
    if characteristicFunction.interval.upperBound >= 2 { return false }
    if hill.interval.upperBound < 2 { return true }
    return count < Self.fewestForEveryVerdict ? nil : hill.interval.lowerBound <= 2
  }

  /// Estimates the index of a sample.
  ///
  /// - Parameter sample: finite numbers, independent or such that those which are not stand together.
  /// - Returns: nil for fewer than `fewest` numbers other than 0, for a sample of which half is 0 or one number, and where
  ///   the characteristic function is no such power at all.
  /// - Complexity: a sort, and about twenty passes of cosines.
  public init?(of sample: [Double]) {
    let sizes = sample.map { abs($0) }
    let descending = sizes.filter { $0 > 0 }.sorted(by: >)
    guard descending.count >= Self.fewest, let hill = Self.hill(descending),
      let slope = Self.characteristicFunctionSlope(sizes, scale: sizes.count > 0 ? Self.median(sizes) : 0)
    else { return nil }
    (count, self.hill, orderStatistics, characteristicFunction) = (sample.count, hill.estimate, hill.k, slope)
  }

  private static func median(_ values: [Double]) -> Double {
    var values = values
    return gsl_stats_median(&values, 1, values.count)
  }

  // MARK: - Hill

  /// Hill's estimate alone, which needs fewer numbers; its interval keeps its level from `fewest` numbers on only.
  ///
  /// - Returns: nil for fewer than 100 numbers above 0, or a largest number that stands many times.
  public static func hill(of sample: [Double]) -> Estimate? {
    let descending = sample.filter { $0 > 0 && $0.isFinite }.sorted(by: >)
    return descending.count < 100 ? nil : hill(descending)?.estimate
  }

  /// The share of Guillou and Hall's number that is used: theirs balances bias and standard deviation, and a smaller one
  /// leaves little bias in the interval.
  private static let share = 8

  private static func hill(_ descending: [Double]) -> (estimate: Estimate, k: Int)? {
    let logs = descending.map { log($0) }
    // Z_i = i (log x_(i) - log x_(i+1)), independent and exponential of mean 1/α for a power
    let spacings = (1..<logs.count).map { Double($0) * (logs[$0 - 1] - logs[$0]) }
    guard let largest = guillouHall(spacings) else { return nil }
    let k = max(1, largest / share)
    let value = Double(k) / spacings[..<k].reduce(0, +)
    guard value.isFinite else { return nil }
    func bound(_ probability: Double) -> Double {
      value * chiSquareQuantile(probability, freedom: Double(2 * k)) / Double(2 * k)
    }
    return (Estimate(value: value, interval: bound(0.025)...bound(0.975)), k)
  }

  /// By bisection: `gsl_cdf_chisq_Pinv` does not converge for some thousands of degrees of freedom (4690, in GSL 2.7).
  package static func chiSquareQuantile(_ probability: Double, freedom: Double) -> Double {
    // far above its mean, whose standard deviation is √(2 freedom)
    var (low, high) = (0.0, 2 * freedom + 20)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if gsl_cdf_chisq_P(middle, freedom) < probability { low = middle } else { high = middle }
    }
    return low
  }

  /// The number of spacings from which on their trend differs from none: the smallest k with Q_m > 1.25 for all m ≥ k.
  ///
  /// T_k = √(3/k³) Σ_{i≤k} (k - 2i + 1) Z_i / mean(Z_1 … Z_k) has mean 0 and variance near 1 for a power, and Q_m is the root
  /// mean square of T over m ± m/2. Source: A. Guillou, P. Hall, *A diagnostic for selecting the threshold in extreme value
  /// analysis*, J. R. Statist. Soc. B 63 (2001), section 2.
  private static func guillouHall(_ spacings: [Double]) -> Int? {
    var (sum, weightedSum) = (0.0, 0.0)
    var squares = [0.0]
    for (index, spacing) in spacings.enumerated() {
      let k = Double(index + 1)
      sum += spacing
      weightedSum += k * spacing
      // equal numbers at the top have no trend
      let statistic = sum > 0 ? (3 / (k * k * k)).squareRoot() * ((k + 1) * sum - 2 * weightedSum) * k / sum : 0
      squares.append(squares[index] + statistic * statistic)
    }
    guard sum > 0 else { return nil }
    let critical = 1.25 * 1.25
    let last = (1...spacings.count * 2 / 3).last { k in
      let reach = k / 2
      return squares[k + reach] - squares[k - reach - 1] <= critical * Double(2 * reach + 1)
    }
    return (last ?? 0) + 1
  }

  // MARK: - Characteristic function

  /// -log φ at the two ends: below, the largest few numbers decide; above, what is not the tail.
  private static let window = (low: 0.02, high: 0.2)
  private static let frequencies = 8
  private static let groups = 16

  private static func characteristicFunctionSlope(_ sizes: [Double], scale: Double) -> Estimate? {
    let values = sizes.map { $0 / scale }
    guard values.allSatisfy(\.isFinite) else { return nil }
    func exponent(_ u: Double) -> Double {
      let cosine = values.reduce(0) { $0 + cos(u * $1) } / Double(values.count)
      return cosine > 0 ? -log(cosine) : .infinity
    }
    /// The frequency below `high` at which the exponent comes down to the target, within 5 %.
    func frequency(of target: Double, below high: Double) -> Double {
      var (low, high) = (high / 2, high)
      while exponent(low) > target { (low, high) = (low / 2, low) }
      for _ in 0..<4 {
        let middle = (low * high).squareRoot()
        if exponent(middle) > target { high = middle } else { low = middle }
      }
      return high
    }
    guard exponent(1) > window.high else { return nil }
    let high = frequency(of: window.high, below: 1)
    let low = frequency(of: window.low, below: high)
    let logFrequencies = (0..<frequencies).map {
      log(low) + (log(high) - log(low)) * Double($0) / Double(frequencies - 1)
    }
    let sums = (0..<groups).map { group in
      let members = values[group * values.count / groups..<(group + 1) * values.count / groups]
      return (count: members.count, cosines: logFrequencies.map { u in members.reduce(0) { $0 + cos(exp(u) * $1) } })
    }
    /// The slope of all groups but one.
    func slope(without omitted: Int?) -> Double {
      let kept = (0..<groups).filter { $0 != omitted }.map { sums[$0] }
      let count = Double(kept.reduce(0) { $0 + $1.count })
      return LineFit(
        logFrequencies,
        logFrequencies.indices.map { index in log(-log(kept.reduce(0) { $0 + $1.cosines[index] } / count)) }
      ).slope
    }
    let whole = slope(without: nil)
    let pseudovalues = (0..<groups).map { Double(groups) * whole - Double(groups - 1) * slope(without: $0) }
    let student = StudentInterval(pseudovalues)!
    guard student.mean.isFinite, student.halfWidth.isFinite else { return nil }
    return Estimate(value: student.mean, interval: student.interval)
  }
}
