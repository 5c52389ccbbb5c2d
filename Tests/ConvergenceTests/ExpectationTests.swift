import CGSL
import Foundation
import McKeanVlasov
import Testing

/// Expectations against the closed form of the Ornstein–Uhlenbeck system, E cos(uX^i) = cos(u E X) e^{-(u s)^α} with s the
/// scale of one particle of n, at every step and every n (docs/theory.md, section 13.5).
@Suite struct ExpectationTests {
  private static let model = OrnsteinUhlenbeck(theta: 0.5, coupling: 0.5, initial: .constant(1))
  private static let noise = try! LevyNoise(law: .stable(alpha: 1.5))

  private static func exact(
    particles: Int, steps: Int, frequency u: Double = 1, model: OrnsteinUhlenbeck = model, noise: LevyNoise = noise
  ) -> Double {
    let law = OrnsteinUhlenbeckExact(model, noise, horizon: 1)
    return cos(u * law.mean(from: 1, steps: steps))
      * exp(-pow(u * law.scale(particles: particles, steps: steps), law.alpha))
  }

  private static func study(
    noise: LevyNoise = noise, steps: Ladder = .range(from: 8, to: 64), particles: Ladder = .list([16]),
    methods: [ExpectationMethod] = [.multilevel], tolerance: Double, replicas: Int, seed: UInt32 = 1
  ) throws -> ExpectationStudy {
    try ExpectationStudy(
      model: model, noise: noise, horizon: 1, steps: steps, particles: particles,
      observables: [.cosine(frequency: 1), .cosine(frequency: 2)], methods: methods, tolerances: [tolerance],
      replicas: replicas, seed: seed)
  }

  /// Each method's estimate is the exact expectation at its finest step to within 4 standard errors, its interval holds
  /// the limit of small steps, and the differences of the levels are the exact ones. With a scale of 0.9 it would not be so.
  @Test(arguments: ExpectationMethod.allCases)
  func estimatesAreTheExactExpectations(method: ExpectationMethod) throws {
    let result = try Self.study(methods: [method], tolerance: 2e-3, replicas: 4000).run()
    let other = try LevyNoise(law: .stable(alpha: 1.5), scale: 0.9)
    #expect(result.estimates.count == 2)
    for (estimate, u) in zip(result.estimates, [1.0, 2]) {
      let value = try #require(estimate.value)
      func exact(_ steps: Int, noise: LevyNoise = Self.noise) -> Double {
        Self.exact(particles: 16, steps: steps, frequency: u, noise: noise)
      }
      #expect(abs(value - exact(estimate.steps)) < 4 * estimate.standardError)
      #expect(abs(value - exact(estimate.steps, noise: other)) > 4 * estimate.standardError)
      #expect(estimate.interval!.contains(exact(1 << 14)))
      #expect(!estimate.interval!.contains(exact(1 << 14, noise: other)))
      // the bias that is foretold is no smaller than that of the finest level, but for a tenth of noise
      #expect(estimate.bias > 0.9 * abs(exact(estimate.steps) - exact(1 << 14)))
    }
    let tested = result.levels.filter { $0.tolerance == nil && $0.observable == .cosine(frequency: 1) }
    for (coarse, fine) in zip(tested, tested.dropFirst()) {
      let difference =
        Self.exact(particles: 16, steps: fine.steps) - Self.exact(particles: 16, steps: coarse.steps)
      #expect(abs(fine.difference - difference) < 4 * fine.standardError)
      #expect(try #require(fine.consistency) < 1)
    }
  }

  /// The slopes of the weak error in Δt and in n are those of the closed form at these levels, and neither Δt^{1/2} nor
  /// n^{-1}, which bounded features would have: the mean of heavy-tailed particles comes slower.
  @Test func weakOrdersAreTheExactOnes() throws {
    let study = try Self.study(particles: .range(from: 8, to: 32), tolerance: 0.1, replicas: 20_000)
    let rates = try study.run().rates.filter { $0.observable == .cosine(frequency: 1) }
    #expect(rates.map(\.variable) == [.dt, .dt, .dt, .n])
    let widening = gsl_cdf_ugaussian_Qinv(0.0005 / 4) / gsl_cdf_ugaussian_Qinv(0.025)
    func meets(_ rate: ConvergenceRate, _ slope: Double) -> Bool {
      abs(rate.slope - slope) < widening * (rate.interval.upperBound - rate.slope)
    }
    for rate in rates {
      let fitted = try rate.rate.get()
      var slope: Double {
        let (x, expectations): ([Double], [Double]) =
          rate.variable == .dt
          ? (
            study.steps.dropLast().map { 1 / Double($0) },
            study.steps.map { Self.exact(particles: rate.particles!, steps: $0) }
          )
          : (
            study.particles.map(Double.init),
            (study.particles + [64]).map { Self.exact(particles: $0, steps: 8) }
          )
        return logLogSlope(x, zip(expectations, expectations.dropFirst()).map { abs($0 - $1) })
      }
      #expect(meets(fitted, slope), "\(fitted), expected \(slope)")
      #expect(
        rate.variable == .dt
          ? fitted.fitFrom == 1.0 / 8 && fitted.fitTo == 1.0 / 32 : fitted.fitFrom == 8 && fitted.fitTo == 32)
      switch rate.variable {
      case .dt:
        #expect(rate.claim?.exponent == 1)
        #expect(!meets(fitted, 0.5))
      case .n:
        #expect(rate.claim?.exponent == -0.5 && rate.verdict == .boundHeld)
        #expect(!meets(fitted, -1))
      }
    }
  }

  /// Over 300 seeds the interval holds the limit at least as often as it says; without the bias that is added to it, and at
  /// a tolerance where the bias is most of the error, it does not. The replicas that decide how many there are bias neither
  /// the estimate nor its standard error: departures from the expectation at the finest step have mean 0 and that size. With
  /// four particles and α = 1.2 the jumps that make the differences are few.
  @Test(
    arguments: ExpectationMethod.allCases,
    [(alpha: 1.5, particles: 16, finest: 16, tolerance: 4e-3), (1.2, 4, 8, 0.02)])
  func intervalsCover(
    method: ExpectationMethod, system: (alpha: Double, particles: Int, finest: Int, tolerance: Double)
  ) throws {
    let noise = try LevyNoise(law: .stable(alpha: system.alpha))
    func exact(_ steps: Int) -> Double { Self.exact(particles: system.particles, steps: steps, noise: noise) }
    var (hits, withoutBias) = (0, 0)
    var departures: [Double] = []
    for seed in 1...300 as ClosedRange<UInt32> {
      let estimate = try Self.study(
        noise: noise, steps: .range(from: system.finest / 4, to: system.finest), particles: .list([system.particles]),
        methods: [method], tolerance: system.tolerance, replicas: 32, seed: seed
      ).run().estimates[0]
      hits += estimate.interval!.contains(exact(1 << 14)) ? 1 : 0
      withoutBias += abs(estimate.value! - exact(1 << 14)) < 1.96 * estimate.standardError ? 1 : 0
      departures.append((estimate.value! - exact(estimate.steps)) / estimate.standardError)
    }
    // 0.001 is the chance of fewer hits than this at a coverage of 95 %
    let fewest = (0...300).first { gsl_cdf_binomial_P(UInt32($0), 0.95, 300) > 0.001 }!
    #expect(hits >= fewest, "\(hits) of 300")
    #expect(withoutBias < fewest, "\(withoutBias) of 300")
    let mean = SampleMean(departures)
    #expect(abs(mean.value) < 4 * mean.standardError, "\(mean)")
    // the sum of their squares has 300 degrees of freedom; half or twice the standard error would be seen
    let squares = departures.reduce(0) { $0 + $1 * $1 }
    let allowed = gsl_cdf_chisq_Pinv(0.0005, 300)...gsl_cdf_chisq_Qinv(0.0005, 300)
    #expect(allowed.contains(squares), "\(squares)")
    #expect(!allowed.contains(4 * squares) && !allowed.contains(squares / 4))
  }

  /// An event of probability 10^{-3}, of which the first replicas see nothing: over 300 seeds the interval holds it as often as
  /// it says, also where it was never seen. The control: 64 replicas of the coarsest level with their sample variance.
  @Test(arguments: ExpectationMethod.allCases, [4e-4, 1e-3])
  func rareEventsAreCovered(method: ExpectationMethod, tolerance: Double) throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.5))
    let model = OrnsteinUhlenbeck(theta: 1, coupling: 0)
    // the law of a particle is that of the Euler chain, which 32 steps have nearly reached
    let exact = OrnsteinUhlenbeckExact(model, noise, horizon: 1)
    func probability(_ steps: Int, beyond level: Double) throws -> Double {
      1
        - TabulatedLaw(LimitLaw(location: 0, stable: try StableLaw(alpha: 1.5, scale: exact.limitScale(steps: steps))))
        .distribution(level)
    }
    let level = 28.0
    let truth = try probability(1 << 14, beyond: level)
    #expect((5e-4...2e-3).contains(truth))
    let ofCoarsest = try probability(4, beyond: level)
    var (held, heldBySample, unseen) = (0, 0, 0)
    for seed in 1...300 as ClosedRange<UInt32> {
      let study = try ExpectationStudy(
        model: model, noise: noise, horizon: 1, steps: .range(from: 4, to: 16), particles: .list([4]),
        observables: [.probabilityBeyond(level: level)], methods: [method], tolerances: [tolerance], replicas: 64,
        seed: seed)
      let result = try study.run()
      let estimate = result.estimates[0]
      held += estimate.interval!.contains(truth) ? 1 : 0
      unseen += estimate.value == 0 ? 1 : 0
      let coarsest = try #require(result.levels.first { $0.tolerance == nil })
      heldBySample += abs(coarsest.value - ofCoarsest) <= 1.96 * coarsest.standardError ? 1 : 0
    }
    let fewest = (0...300).first { gsl_cdf_binomial_P(UInt32($0), 0.95, 300) > 0.001 }!
    print("\(method.rawValue), \(tolerance): \(held) of 300 hold \(truth), \(unseen) saw nothing")
    #expect(held >= fewest, "\(held) of 300")
    #expect(heldBySample < fewest)
  }

  /// The variance of a level falls like Δt^α where the error has tail index α < 2, and like Δt² where it has none. With
  /// coarse increments drawn afresh, not summed from the fine ones, it does not fall at all.
  @Test(arguments: [(alpha: 1.5, theta: 1.0, order: 1.5), (2, 1, 2), (1.5, 0, 2)])
  func variancesFallWithTheStep(alpha: Double, theta: Double, order: Double) throws {
    let model = SineInteraction(theta: theta, coupling: 1, initial: .constant(1))
    func slope(isCoupled: Bool) throws -> Double {
      let steps = [16, 32, 64]
      let variances = try steps.map { steps in
        let engine = try CoupledSystems(
          model: model, noise: LevyNoise(law: .stable(alpha: alpha)), horizon: 1,
          systems: [
            CoupledSystems.System(particles: 16, steps: steps),
            CoupledSystems.System(particles: 16, steps: steps / 2, firstParticle: isCoupled ? 0 : 16),
          ], seed: 2)
        let meters = (0...1).map { ObservableMeter([.cosine(frequency: 1)], of: $0, in: engine) }
        var moments = SampleMoments()
        for replica in 0..<10_000 {
          try engine.run(replica: UInt32(replica))
          moments.add(meters[0].values()[0] - meters[1].values()[0])
        }
        return moments.variance
      }
      return logLogSlope(steps.map { 1 / Double($0) }, variances)
    }
    #expect(abs(try slope(isCoupled: true) - order) < 0.25)
    #expect(abs(try slope(isCoupled: false)) < 0.05)
  }
}

/// The sine system with g = cos: what an error costs.
@Suite struct ExpectationCostTests {
  private static let model = SineInteraction(theta: 1, coupling: 2, initial: .constant(1))
  private static let noise = try! LevyNoise(law: .stable(alpha: 1.5))

  private static func study(_ method: ExpectationMethod, tolerances: [Double], replicas: Int) throws -> ExpectationStudy
  {
    try ExpectationStudy(
      model: model, noise: noise, horizon: 1, steps: .range(from: 8, to: 256), particles: .list([64]),
      observables: [.cosine(frequency: 1)], methods: [method], tolerances: tolerances, replicas: replicas)
  }

  /// E cos X extrapolated from 32 and 64 steps, 2 g_64 - g_32, whose bias is of second order: without any code of the
  /// estimator, on noise of its own.
  private static func longRun(replicas: Int) throws -> SampleMean {
    let engine = try CoupledSystems(
      model: model, noise: noise, horizon: 1,
      systems: [CoupledSystems.System(particles: 64, steps: 32), CoupledSystems.System(particles: 64, steps: 64)],
      seed: 77)
    return SampleMean(
      try (0..<replicas).map { replica in
        try engine.run(replica: UInt32(replica))
        let means = (0...1).map { system in engine.block(0, of: system).reduce(0) { $0 + cos($1) } / 64 }
        return 2 * means[1] - means[0]
      })
  }

  /// The cost grows like ε^-2 within ±0.2, plain Monte Carlo costs at least 10 times as much at the smallest ε, both
  /// intervals hold the long run, and the weak order is 1.
  @Test func multilevelReachesAnErrorAtLessCost() throws {
    let result = try Self.study(.multilevel, tolerances: [3e-3, 2e-3, 1e-3], replicas: 4096).run()
    let plain = try Self.study(.plain, tolerances: [1e-3], replicas: 512).run().estimates[0]
    let estimates = result.estimates
    let exponent = logLogSlope(estimates.map(\.tolerance), estimates.map(\.cost))
    #expect(abs(exponent + 2) < 0.2, "\(exponent)")
    let gain = plain.cost / estimates.last!.cost
    #expect(gain > 10, "\(gain)")
    let reference = try Self.longRun(replicas: 50_000)
    for estimate in estimates + [plain] {
      #expect(estimate.rootMeanSquareError < 1.01 * estimate.tolerance)
      let (value, interval) = (estimate.value!, estimate.interval!)
      #expect(
        abs(value - reference.value) < (interval.upperBound - value) + 2 * reference.standardError,
        "\(value), \(reference)")
    }
    // The control: the coarsest level alone is far off.
    let coarsest = result.levels[0]
    #expect(coarsest.steps == 8 && abs(coarsest.value - reference.value) > 8 * reference.standardError)
    let rate = try #require(result.rates.first)
    #expect(rate.claim?.exponent == 1 && rate.verdict == .agrees, "\(rate)")
    #expect(result.levels.allSatisfy { ($0.consistency ?? 0) < 1 })
  }
}
