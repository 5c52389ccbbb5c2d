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

  /// Δt = 2^{-l}.
  private static let steps = (0..<8).map { pow(2, -Double($0)) }

  /// Levels whose values are known: g_l = 1 - c Δt^a, with a relative spread of the differences.
  private static func levels(_ count: Int, bias c: Double, order a: Double = 1, spreads: [Double] = [])
    -> MultilevelEstimate
  {
    let samples = (0..<count).map { l in
      var samples = LevelSamples(observables: 1)
      let spread = l < spreads.count ? spreads[l] : 0
      for sign in [-1.0, 1, -1, 1] {
        let difference = (c * pow(2, a) - c) * pow(steps[l], a) * (1 + sign * spread)
        let value = 1 - c * pow(steps[l], a)
        samples.add(values: [value], coarser: l == 0 ? [] : [value - difference])
      }
      return samples
    }
    return MultilevelEstimate(samples, steps: steps, observable: 0)
  }

  @Test(arguments: [1, 0.75]) func theSumTelescopesAndTheBiasIsWhatIsLeft(order: Double) {
    for count in 3...6 {
      let estimate = Self.levels(count, bias: 0.3, order: order)
      let bias = 0.3 * pow(Self.steps[count - 1], order)
      #expect(abs(estimate.value - (1 - bias)) < 1e-15)
      #expect(estimate.standardError < 1e-15)
      #expect(abs(estimate.order - order) < 1e-12)
      #expect(abs(estimate.bias - bias) < 1e-15)
    }
  }

  /// Within [1/2, 1], and 1/2 of one difference or of differences that are noise; of noisy ones the largest that they allow.
  @Test func theOrderOfTheBias() {
    #expect(Self.levels(4, bias: 0.3, order: 2).order == 1)
    #expect(Self.levels(4, bias: 0.3, order: 0.25).order == 0.5)
    #expect(Self.levels(2, bias: 0.3).order == 0.5)
    #expect(Self.levels(3, bias: 0.3, spreads: [0, 1, 1]).order == 0.5)
    #expect(Self.levels(4, bias: 0.3, order: 0.75, spreads: [0, 0.1, 0.1, 0.1]).order > 0.76)
    // The finest difference is noise; the two before have a slope.
    #expect(abs(Self.levels(4, bias: 0.3, order: 0.75, spreads: [0, 0, 0, 1]).order - 0.75) < 1e-12)
    // A smaller order foretells more: 2^{1/2} - 1 in place of 2 - 1.
    #expect(abs(Self.levels(2, bias: 0.3).bias - 0.15 / (2.0.squareRoot() - 1)) < 1e-15)
  }

  /// The differences of the last three levels speak of the bias, those before do not.
  @Test func theBiasIsTheLargestOfThree() {
    func bias(_ differences: [Double]) -> Double {
      let samples = differences.map {
        var samples = LevelSamples(observables: 1)
        for _ in 0..<2 { samples.add(values: [$0], coarser: [0]) }
        return samples
      }
      return MultilevelEstimate(samples, steps: Self.steps, observable: 0).bias
    }
    // With falling differences the order is 1.
    #expect(abs(bias([0, 8, 4, 2, 0.125]) - 1) < 1e-12)
    #expect(abs(bias([0, 8, 4, 1, 0.25]) - 1) < 1e-12)
    #expect(abs(bias([0, 8, 2, 0.5, 0.5]) - 0.5) < 1e-12)
    #expect(abs(bias([0, 80, 2, 0.5, 0.125]) - 0.5) < 1e-12)
  }

  /// A level whose replicas hardly differ has a quarter of the variance before it, and so has one without any; the first
  /// difference has its own, whatever the variance of the values is.
  @Test func variancesFallNoFasterThanTheSquareOfTheStep() {
    func samples(_ spread: Double, _ count: Int) -> LevelSamples {
      var samples = LevelSamples(observables: 1)
      for i in 0..<count { samples.add(values: [i % 2 == 0 ? spread : -spread], coarser: [0]) }
      return samples
    }
    let levels = [samples(9, 100), samples(0.5, 100), samples(0, 50), samples(0.2, 100), samples(0, 0)]
    let estimate = MultilevelEstimate(levels, steps: Self.steps, observable: 0)
    let of = { (spread: Double) in spread * spread * 100 / 99 }
    let expected = [of(9), of(0.5), of(0.5) / 4, of(0.2), of(0.2) / 4]
    for (variance, other) in zip(estimate.variances, expected) { #expect(abs(variance / other - 1) < 1e-12) }
    #expect(estimate.levels[2].variance == 0)
    let known = MultilevelEstimate(Array(levels.prefix(4)), steps: Self.steps, observable: 0)
    let error = (of(9) / 100 + of(0.5) / 100 + of(0.5) / 4 / 50 + of(0.2) / 100).squareRoot()
    #expect(abs(known.standardError / error - 1) < 1e-12)
    // Steps that fall by 4 have a sixteenth.
    let coarse = MultilevelEstimate(Array(levels.prefix(3)), steps: [1, 1 / 4, 1 / 16], observable: 0)
    #expect(abs(coarse.variances[2] / (of(0.5) / 16) - 1) < 1e-12)
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
    let estimate = MultilevelEstimate(levels, steps: Self.steps, observable: 0)
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
