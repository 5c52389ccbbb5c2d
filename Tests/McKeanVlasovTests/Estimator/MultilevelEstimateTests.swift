import Foundation
import McKeanVlasov
import Testing

@Suite struct MultilevelEstimateTests {
  private static func moments(_ numbers: [Double]) -> SampleMoments {
    var moments = SampleMoments()
    for number in numbers { moments.add(number) }
    return moments
  }

  @Test func momentsAreThoseOfTheNumbers() {
    let numbers = [1e6 + 1, 1e6 + 2, 1e6 + 4, 1e6 + 9]
    let moments = Self.moments(numbers)
    #expect(moments.count == 4)
    #expect(moments.mean == 1e6 + 4)
    // departures from the mean: -3, -2, 0, 5
    #expect(abs(moments.variance - 38.0 / 3) < 1e-12)
    #expect(abs(moments.standardError - (38.0 / 12).squareRoot()) < 1e-12)
    #expect(abs(moments.kurtosis - (722.0 / 4) / pow(38.0 / 4, 2)) < 1e-12)
    #expect(Self.moments([3, 3, 3]).variance == 0)
    #expect(Self.moments([3, 3, 3]).kurtosis.isNaN)
    #expect(Self.moments([3, .nan, 3]).variance.isNaN)
    // Pooled, they are those of all numbers.
    let first = Self.moments(Array(numbers.prefix(2)))
    var second = SampleMoments(originOf: first)
    for number in numbers.suffix(2) { second.add(number) }
    #expect(second.mean == 1e6 + 6.5)
    #expect(abs(first.pooled(with: second).variance - moments.variance) < 1e-12)
    #expect(abs(first.pooled(with: second).kurtosis - moments.kurtosis) < 1e-12)
  }

  /// N_l ∝ √(V_l/C_l) reaches the variance exactly, and every other division of the same variance costs more.
  @Test func theAllocationIsTheCheapest() {
    let (variances, costs) = ([4.0, 0.5, 0.01], [1.0, 3, 6])
    let replicas = MultilevelEstimate.allocation(variances: variances, costs: costs, variance: 1e-3)
    func variance(_ replicas: [Double]) -> Double { zip(variances, replicas).reduce(0) { $0 + $1.0 / $1.1 } }
    func cost(_ replicas: [Double]) -> Double { zip(costs, replicas).reduce(0) { $0 + $1.0 * $1.1 } }
    #expect(abs(variance(replicas) - 1e-3) < 1e-15)
    for l in 0..<3 {
      for factor in [0.9, 1.1] {
        var other = replicas
        other[l] *= factor
        let scale = variance(other) / 1e-3
        #expect(cost(other.map { $0 * scale }) > cost(replicas) * (1 + 1e-5))
      }
    }
  }

  /// Levels whose values are known: g_l = 1 - c 2^{-l} at Δt = 2^{-l}.
  private static func levels(_ count: Int, bias c: Double) -> MultilevelEstimate {
    let samples = (0..<count).map { l in
      var samples = LevelSamples(observables: 1)
      let (value, coarser) = (1 - c * pow(2, -Double(l)), 1 - c * pow(2, 1 - Double(l)))
      for _ in 0..<4 { samples.add(values: [value], coarser: l == 0 ? [] : [coarser]) }
      return samples
    }
    return MultilevelEstimate(samples, observable: 0)
  }

  @Test func theSumTelescopesAndTheBiasIsWhatIsLeft() {
    let estimate = Self.levels(4, bias: 0.3)
    let steps = (0..<4).map { pow(2, -Double($0)) }
    #expect(abs(estimate.value - (1 - 0.3 / 8)) < 1e-15)
    #expect(estimate.standardError == 0)
    #expect(estimate.kurtosis == nil)
    for level in 1..<4 {
      #expect(abs(estimate.bias(level: level, steps: steps, order: 1) - 0.3 * steps[level]) < 1e-15)
    }
    // A smaller order foretells more: 2^{1/2} - 1 in place of 2 - 1, from a level two above.
    #expect(abs(estimate.bias(level: 3, steps: steps, order: 0.5) - 0.15 / 2 / (2.0.squareRoot() - 1)) < 1e-15)
  }

  /// The differences of a level must be those to the level above: with those to the level above that, the sum does not
  /// telescope, and the levels do not fit together.
  @Test(arguments: [(skipped: 0, fits: true), (1, false)])
  func aWrongTelescopingSumIsCaught(skipped: Int, fits: Bool) throws {
    let model = OrnsteinUhlenbeck(theta: 1, coupling: 0.5, initial: .constant(2))
    let noise = try LevyNoise(law: .stable(alpha: 1.5), scale: 0.5)
    var levels: [LevelSamples] = []
    for l in 0..<4 {
      let steps = [4 << l] + (l > 0 ? [4 << max(0, l - 1 - skipped)] : [])
      let engine = try CoupledSystems(
        model: model, noise: noise, horizon: 1, systems: steps.map { CoupledSystems.System(particles: 16, steps: $0) },
        seed: 3)
      let meters = steps.indices.map { ObservableMeter([.cosine(frequency: 1)], of: $0, in: engine) }
      var samples = LevelSamples(observables: 1)
      for replica in 0..<16_000 {
        try engine.run(replica: UInt32(l << 16 | replica))
        samples.add(values: meters[0].values(), coarser: meters.count > 1 ? meters[1].values() : [])
      }
      levels.append(samples)
    }
    let estimate = MultilevelEstimate(levels, observable: 0)
    #expect(estimate.consistency(level: 0) == nil)
    let consistency = (1..<4).map { estimate.consistency(level: $0)! }
    #expect(consistency.allSatisfy { $0 < 1 } == fits, "\(consistency)")
  }

  @Test func ratesAreThoseOfTheDifferences() throws {
    func rate(_ means: [Double], spread: Double = 1e-3) throws -> ConvergenceRate {
      let (x, differences) = (
        [1.0, 0.5, 0.25], means.map { Self.moments([$0 * (1 - spread), $0 * (1 + spread)]) }
      )
      return try ConvergenceRate(abscissae: x, differences: differences)
    }
    let exact = try rate([-3, -0.75, -0.1875])
    #expect(abs(exact.slope - 2) < 1e-12 && abs(exact.constant - 3) < 1e-12)
    #expect(exact.fitFrom == 1 && exact.fitTo == 0.25)
    #expect(exact.curvaturePValue.map { $0 > 0.99 } == true)
    // Each logarithm has the standard error 1e-3; the slope through three points takes the outer two, a factor 4 apart.
    let error = 1e-3 * 2.0.squareRoot() / log(4)
    #expect(abs((exact.interval.upperBound - exact.slope) / (1.959963984540054 * error) - 1) < 1e-9)
    #expect(try rate([-3, -0.7, -0.1875]).curvaturePValue! < 1e-6)
    func failure(_ means: [Double], spread: Double = 1e-3) -> ConvergenceRate.Failure? {
      #expect(throws: ConvergenceRate.Failure.self) { try rate(means, spread: spread) }
    }
    #expect(failure([3, 1, 0.2], spread: 0.3) == .noise)
    #expect(failure([3, -1, 0.2]) == .signChange)
    #expect(failure([0, 0, 0]) == .exactAgreement)
    #expect(failure([.nan, 1, 1]) == .overflow)
  }
}
