import CGSL
import Foundation
import McKeanVlasov
import Testing

@Suite struct TailIndexTests {
  private static let seeds = 40
  private static let count = 100_000
  private static let alphas = [0.8, 1.2, 1.5, 1.8]
  /// Of each comparison: 1e-3 for the family of two estimators at four indices.
  private static let level = 1e-3 / 8

  /// Draws of GSL, one counter each.
  private static func sample(
    _ count: Int = count, seed: Int, _ draw: (UnsafeMutablePointer<gsl_rng>) -> Double
  ) -> [Double] {
    let stream = RandomStream(seed: UInt32(seed))
    return (0..<UInt32(count)).map { particle in
      stream.position(particle: particle, step: 0, component: 0, purpose: .noise)
      return draw(stream.generator)
    }
  }

  /// The counters differ from index to index.
  private static func stable(_ alpha: Double, _ count: Int = count, seed: Int) -> [Double] {
    sample(count, seed: seed + 1000 * Int(10 * alpha)) { gsl_ran_levy($0, 1, alpha) }
  }

  /// Student's law of 3 degrees of freedom, by its distribution function.
  private static func student(_ count: Int = count, seed: Int) -> [Double] {
    sample(count, seed: seed) { gsl_cdf_tdist_Pinv(gsl_rng_uniform_pos($0), 3) }
  }

  private static func estimates(_ sample: (Int) -> [Double]) throws -> [TailIndex] {
    try (1...seeds).map { try #require(TailIndex(of: sample($0))) }
  }

  /// The p-value of the hypothesis that the intervals hold the index in 95 % of samples.
  private static func coverage(
    _ estimates: [TailIndex], _ index: Double, by estimate: (TailIndex) -> TailIndex.Estimate
  ) -> Double {
    PValue.binomial(
      hits: estimates.count { estimate($0).interval.contains(index) }, trials: estimates.count, probability: 0.95)
  }

  // MARK: - Stable laws

  @Test(arguments: alphas) func intervalsHoldTheIndex(alpha: Double) throws {
    let estimates = try Self.estimates { Self.stable(alpha, seed: $0) }
    #expect(Self.coverage(estimates, alpha, by: \.hill) > Self.level)
    #expect(Self.coverage(estimates, alpha, by: \.characteristicFunction) > Self.level)
    #expect(estimates.allSatisfy { $0.isHeavy == true })
    // Negative controls: another index, and a tail that is cut where one number in a hundred lies beyond.
    #expect(Self.coverage(estimates, alpha + 0.05, by: \.characteristicFunction) < Self.level)
    let quantile = StableDistribution(alpha: alpha).quantile(upperTail: 0.005)
    let cut = try Self.estimates { Self.stable(alpha, seed: $0).filter { abs($0) < quantile } }
    #expect(Self.coverage(cut, alpha, by: \.hill) < Self.level)
    #expect(Self.coverage(cut, alpha, by: \.characteristicFunction) < Self.level)
  }

  // MARK: - Finite variance

  @Test func normalSamplesHaveNoHeavyTail() throws {
    let estimates = try Self.estimates { Self.sample(seed: $0) { gsl_ran_levy($0, 1, 2) } }
    #expect(estimates.allSatisfy { $0.isHeavy == false })
    #expect(Self.coverage(estimates, 2, by: \.characteristicFunction) > Self.level)
  }

  /// The fourth moment is below three times the squared variance, and the slope above 2.
  @Test func uniformSamplesHaveNoHeavyTail() throws {
    let estimates = try Self.estimates { Self.sample(seed: $0) { gsl_ran_flat($0, -1, 1) } }
    #expect(estimates.allSatisfy { $0.isHeavy == false && $0.characteristicFunction.interval.lowerBound > 2 })
  }

  /// Index 3: the characteristic function alone would say that the variance is infinite, Hill's estimate says that it is not.
  @Test func studentsLawOfThreeDegreesHasAVariance() throws {
    let estimates = try Self.estimates { Self.student(seed: $0) }
    #expect(estimates.allSatisfy { $0.characteristicFunction.interval.upperBound < 2 })
    #expect(Self.coverage(estimates, 3, by: \.hill) > Self.level)
    #expect(estimates.allSatisfy { $0.isHeavy == false })
  }

  // MARK: - What is not said

  @Test func nothingIsSaidOfFewNumbers() throws {
    let sample = Self.stable(1.5, TailIndex.fewest, seed: 1)
    let estimate = try #require(TailIndex(of: sample))
    #expect(estimate.count == TailIndex.fewest)
    #expect(TailIndex(of: Array(sample.dropLast())) == nil)
    #expect(TailIndex(of: []) == nil)
  }

  @Test func nothingIsSaidOfAPoint() {
    #expect(TailIndex(of: [Double](repeating: 0, count: 5000)) == nil)
    #expect(TailIndex(of: [Double](repeating: 3, count: 5000)) == nil)
    let sample = Self.stable(1.5, 5000, seed: 1)
    #expect(TailIndex(of: sample + [Double](repeating: 0, count: 6000)) == nil)
  }

  /// A few thousand numbers cannot tell an index below 2 from a finite variance with an infinite fourth moment.
  @Test func fewNumbersLeaveTheVerdictOpen() throws {
    let estimates = try (1...Self.seeds).map { try #require(TailIndex(of: Self.student(4096, seed: $0))) }
    #expect(estimates.allSatisfy { $0.isHeavy == nil })
    // an index far below 2 they do tell
    let heavy = try (1...Self.seeds).map { try #require(TailIndex(of: Self.stable(0.8, 4096, seed: $0))) }
    #expect(heavy.allSatisfy { $0.isHeavy == true })
  }

  // MARK: - Invariance

  /// Signs do not matter, nor does a scale, of whatever size: powers of 2 change no digit.
  @Test func scalesAndSignsDoNotMatter() throws {
    let sample = Self.stable(1.5, 5000, seed: 2)
    let estimate = try #require(TailIndex(of: sample))
    #expect(TailIndex(of: sample.map { -$0 }) == estimate)
    for exponent in [-600, 600] {
      let scaled = try #require(TailIndex(of: sample.map { scalbn($0, exponent) }))
      #expect(scaled.characteristicFunction == estimate.characteristicFunction)
      #expect(abs(scaled.hill.value - estimate.hill.value) < 1e-9)
      #expect(scaled.orderStatistics == estimate.orderStatistics)
    }
  }

  /// Hill's estimate by its definition.
  @Test func hillsEstimateIsThatOfTheLargest() throws {
    let sample = Self.stable(1.2, 5000, seed: 3)
    let estimate = try #require(TailIndex(of: sample))
    let largest = sample.map { abs($0) }.sorted(by: >)
    let k = estimate.orderStatistics
    let sum = largest[..<k].reduce(0) { $0 + log($1 / largest[k]) }
    #expect(abs(estimate.hill.value * sum / Double(k) - 1) < 1e-12)
  }

  /// Pareto's law is a power everywhere: most of the sample is used. The ends of the interval are the quantiles of χ² for
  /// any number of degrees of freedom.
  @Test(arguments: [2048, 5000, 10_000, 28_140, 40_000, 100_000]) func quantilesOfTheInterval(count: Int) throws {
    let pareto = Self.sample(count, seed: 4) { pow(gsl_rng_uniform_pos($0), -1 / 1.5) }
    let estimate = try #require(TailIndex(of: pareto))
    #expect(estimate.orderStatistics > count / 20)
    let freedom = Double(2 * estimate.orderStatistics)
    for (bound, probability) in [
      (estimate.hill.interval.lowerBound, 0.025), (estimate.hill.interval.upperBound, 0.975),
    ] {
      #expect(abs(gsl_cdf_chisq_P(freedom * bound / estimate.hill.value, freedom) - probability) < 1e-9)
    }
  }
}
