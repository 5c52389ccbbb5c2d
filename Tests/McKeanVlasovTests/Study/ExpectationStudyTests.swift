import Foundation
import McKeanVlasov
import Testing

@Suite struct ExpectationStudyTests {
  private static let cosine = Observable.cosine(frequency: 1)

  private static func study(
    _ model: any McKeanVlasovModel = SineInteraction(theta: 1, coupling: 2, initial: .constant(1)), alpha: Double = 1.5,
    scale: Double = 1, steps: Ladder = .range(from: 2, to: 16), particles: Ladder = .list([8]),
    observables: [Observable] = [cosine], methods: [ExpectationMethod] = [.multilevel], tolerances: [Double] = [0.02],
    replicas: Int = 200
  ) throws -> ExpectationStudy {
    try ExpectationStudy(
      model: model, noise: LevyNoise(law: .stable(alpha: alpha), scale: scale), horizon: 1, steps: steps,
      particles: particles, observables: observables, methods: methods, tolerances: tolerances, replicas: replicas,
      seed: 4)
  }

  /// Pilot runs of one level, by the engine itself: the same numbers.
  @Test func aLevelIsTwoSystemsOnOneNoise() throws {
    let result = try Self.study().run(threads: 2)
    let pilots = result.levels.filter { $0.tolerance == nil }
    #expect(pilots.map(\.steps) == [2, 4, 8, 16])
    #expect(pilots.map(\.cost) == [16, 48, 96, 192])
    #expect(pilots.allSatisfy { $0.replicas == 200 && $0.particles == 8 })
    for (l, level) in pilots.enumerated() {
      let steps = [level.steps] + (l > 0 ? [level.steps / 2] : [])
      let engine = try CoupledSystems(
        model: SineInteraction(theta: 1, coupling: 2, initial: .constant(1)),
        noise: LevyNoise(law: .stable(alpha: 1.5)), horizon: 1,
        systems: steps.map { CoupledSystems.System(particles: 8, steps: $0) }, seed: 4)
      var (value, difference) = (0.0, 0.0)
      for replica in 0..<200 {
        // no two levels share a replica's noise
        try engine.run(replica: UInt32(l << 26 | replica))
        let means = steps.indices.map { system in engine.states(of: system).reduce(0) { $0 + cos($1[0]) } / 8 }
        value += means[0] / 200
        difference += (means[0] - (means.count > 1 ? means[1] : 0)) / 200
      }
      #expect(abs(level.value - value) < 1e-12)
      #expect(abs(level.difference - difference) < 1e-12)
    }
    #expect(pilots[0].consistency == nil && pilots[0].value == pilots[0].difference)
  }

  /// The rows stand in the order of method, tolerance, observable, n; an estimate does not depend on what else is asked
  /// for, nor on threads.
  @Test func estimatesStandByThemselves() throws {
    let observables = [Self.cosine, .quantile(order: 0.5)]
    let study = try Self.study(
      particles: .list([8, 16, 32]), observables: observables, methods: [.plain, .multilevel],
      tolerances: [0.04, 0.02])
    let result = try study.run(threads: 1)
    let names = result.estimates.map {
      "\($0.method.rawValue) \($0.tolerance) \($0.observable.name) \($0.particles)"
    }
    #expect(
      names
        == ["plain", "multilevel"].flatMap { method in
          ["0.04", "0.02"].flatMap { tolerance in
            ["cosine(1)", "quantile(0.5)"].flatMap { name in [8, 16].map { "\(method) \(tolerance) \(name) \($0)" } }
          }
        })
    for threads in [2, 5] {
      let other = try study.run(threads: threads)
      #expect(other.estimates.map(\.value) == result.estimates.map(\.value))
      #expect(other.levels.map(\.variance) == result.levels.map(\.variance))
      #expect(other.rates.map { $0.fitted?.slope } == result.rates.map { $0.fitted?.slope })
    }
    let alone = try Self.study(particles: .list([16]), observables: observables).run()
    let same = result.estimates.filter { $0.method == .multilevel && $0.tolerance == 0.02 && $0.particles == 16 }
    #expect(alone.estimates.map(\.value) == same.map(\.value))
    #expect(alone.estimates.map(\.replicasOfLevels) == same.map(\.replicasOfLevels))
    #expect(result.rates.map(\.variable) == [.dt, .dt, .dt, .dt, .n, .n])
    #expect(result.rates.map(\.particles) == [8, 8, 16, 16, nil, nil])
  }

  /// The standard error is what was asked for, to the 1 % that the allocation allows and the rounding to whole replicas,
  /// with either method; all of the error is within the tolerance where the ladder is long enough.
  @Test(arguments: ExpectationMethod.allCases)
  func theToleranceIsReached(method: ExpectationMethod) throws {
    let study = try Self.study(
      steps: .range(from: 4, to: 64), particles: .list([64]), methods: [method], tolerances: [0.01, 0.005],
      replicas: 1000)
    let result = try study.run()
    for estimate in result.estimates {
      let allowed = estimate.tolerance / 2.0.squareRoot()
      #expect(estimate.standardError < 1.01 * allowed && estimate.standardError > 0.9 * allowed)
      #expect(estimate.bias <= allowed)
      #expect(estimate.rootMeanSquareError < 1.01 * estimate.tolerance)
      let halfWidth = 1.959963984540054 * estimate.standardError + estimate.bias
      #expect(abs(estimate.interval!.upperBound - estimate.value! - halfWidth) < 1e-14)
      #expect(estimate.replicas == estimate.replicasOfLevels.reduce(0, +))
      let levels = result.levels.filter { $0.tolerance == nil && $0.steps <= estimate.steps }
      let costs = method == .plain ? [Double(64 * estimate.steps)] : levels.map(\.cost)
      #expect(estimate.cost == zip(costs, estimate.replicasOfLevels).reduce(0) { $0 + $1.0 * Double($1.1) })
    }
    #expect(result.estimates[1].steps > result.estimates[0].steps)
    // Where the ladder ends too early the bias stays, and the interval has it.
    let short = try Self.study(steps: .list([2, 4]), methods: [method], tolerances: [0.005]).run().estimates[0]
    #expect(short.steps == 4 && short.bias > 0.005 && short.rootMeanSquareError > 0.005)
    #expect(short.interval!.upperBound - short.value! > short.bias)
  }

  /// Without interaction the particles of a system of 16 are those of two systems of 8 to the last bit but for the order of
  /// sums, so that the difference in n vanishes. Coupled to the first 8 alone it would not.
  @Test func independentParticlesHaveNoErrorInN() throws {
    let rates = try Self.study(
      SineInteraction(theta: 1, coupling: 0, initial: .constant(1)), particles: .range(from: 8, to: 16)
    ).run().rates
    let rate = try #require(rates.last)
    #expect(rate.variable == .n)
    #expect(rate.fitted == nil && rate.claim == nil)
    // With interaction the first-order errors cancel: the variance of the difference falls like n^{-2}.
    let model = SineInteraction(theta: 1, coupling: 2, initial: .constant(1))
    func variance(_ n: Int, parts: Int) throws -> Double {
      let engine = try CoupledSystems(
        model: model, noise: LevyNoise(law: .stable(alpha: 1.5)), horizon: 1,
        systems: [CoupledSystems.System(particles: 2 * n, steps: 4)]
          + (0..<parts).map { CoupledSystems.System(particles: n, steps: 4, firstParticle: $0 * n) }, seed: 2)
      let meters = engine.systems.indices.map { ObservableMeter([Self.cosine], of: $0, in: engine) }
      var samples = LevelSamples(observables: 1)
      for replica in 0..<4000 {
        try engine.run(replica: UInt32(replica))
        let values = meters.map { $0.values()[0] }
        samples.add(values: [values[0]], coarser: [values.dropFirst().reduce(0, +) / Double(parts)])
      }
      return MultilevelEstimate([samples], observable: 0).levels[0].variance
    }
    let ratios = try [2, 1].map { try variance(8, parts: $0) / variance(64, parts: $0) }
    // 64 and 8, within a factor 1.5
    #expect(ratios[0] > 43 && ratios[0] < 96, "\(ratios)")
    #expect(ratios[1] > 5.3 && ratios[1] < 12)
  }

  /// A replica that explodes leaves no estimate, and is told.
  @Test func aReplicaThatIsNotFiniteLeavesNoEstimate() throws {
    let result = try Self.study(OrnsteinUhlenbeck(theta: 1e200, coupling: 0, initial: .constant(1)), replicas: 32)
      .run()
    #expect(result.estimates.allSatisfy { $0.value == nil && $0.interval == nil })
    #expect(result.rates.allSatisfy { $0.fitted == nil && $0.nonFiniteReplicas > 0 && $0.verdict == .inconclusive })
  }

  @Test func noNoiseNeedsOneReplicaALevel() throws {
    let result = try Self.study(scale: 0, methods: [.multilevel, .plain]).run()
    for estimate in result.estimates {
      #expect(estimate.standardError == 0 && estimate.kurtosis == nil)
      #expect(estimate.replicasOfLevels.allSatisfy { $0 == 1 })
      // the flow of dx = (-x + 2 sin x) dt from 1, by the trapezoid rule with many steps
      #expect(estimate.interval!.contains(cos(Self.noiseless)))
    }
  }

  private static let noiseless: Double = {
    var x = 1.0
    func b(_ x: Double) -> Double { -x + 2 * sin(x) }
    for _ in 0..<10_000 {
      let next = x + 1e-4 * b(x)
      x += 0.5e-4 * (b(x) + b(next))
    }
    return x
  }()

  // MARK: - Refusals

  private static let infinite =
    "observables with a variance: cosine, order-parameter, probability-beyond, an inner quantile, or bounded features; or alpha = 2"

  @Test func anObservableWithoutAVarianceIsRefused() throws {
    for (observable, found) in [
      (Observable.mean, "mean, whose tail index is 1.5, so that its variance is infinite"),
      (.quantile(order: 1), "quantile(1), whose tail index is 1.5, so that its variance is infinite"),
    ] {
      #expect(
        throws: SimulationError.invalidValue(parameter: "observables", found: found, allowed: Self.infinite)
      ) { try Self.study(observables: [Self.cosine, observable]) }
    }
    // Inner quantiles have a variance; so has the mean at α = 2 or without noise.
    #expect(throws: Never.self) { try Self.study(observables: [.quantile(order: 0.5)]) }
    #expect(throws: Never.self) { try Self.study(alpha: 2, observables: [.mean]) }
    #expect(throws: Never.self) { try Self.study(scale: 0, observables: [.mean]) }
  }

  @Test func numbersOutOfRangeAreRefused() throws {
    func parameter(_ body: () throws -> ExpectationStudy) -> String? {
      do {
        _ = try body()
        return nil
      } catch SimulationError.invalidValue(let parameter, _, _) { return parameter } catch { return "\(error)" }
    }
    #expect(parameter { try Self.study(steps: .list([4, 6])) } == "steps")
    #expect(parameter { try Self.study(steps: .list([4])) } == "steps")
    #expect(parameter { try Self.study(particles: .list([4, 6, 12])) } == "particles")
    #expect(parameter { try Self.study(particles: .list([0])) } == "particles")
    #expect(parameter { try Self.study(tolerances: []) } == "tolerance")
    #expect(parameter { try Self.study(tolerances: [0]) } == "tolerance")
    #expect(parameter { try Self.study(tolerances: [.nan]) } == "tolerance")
    #expect(parameter { try Self.study(tolerances: [0.1, 0.1]) } == "tolerance")
    #expect(parameter { try Self.study(methods: [.plain, .plain]) } == "method")
    #expect(parameter { try Self.study(replicas: 31) } == "replicas")
    #expect(parameter { try Self.study(replicas: 1 << 27) } == "replicas")
    #expect(parameter { try Self.study(observables: [.loss]) } == "observables")
    // A ladder in n needs a limit to converge to.
    let linear = OrnsteinUhlenbeck(theta: 1, coupling: 1)
    #expect(throws: SimulationError.noMeanFieldLimit(alpha: 0.9)) {
      try Self.study(linear, alpha: 0.9, particles: .range(from: 4, to: 8))
    }
    #expect(throws: Never.self) { try Self.study(linear, alpha: 0.9) }
    // A level has 2^26 replicas at most.
    #expect(throws: SimulationError.self) { try Self.study(tolerances: [1e-7]).run() }
  }
}
