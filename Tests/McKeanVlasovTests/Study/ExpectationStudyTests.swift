import Foundation
import McKeanVlasov
import Synchronization
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

  /// The convergence test of one level, by the engine itself: the same numbers.
  @Test func aLevelIsTwoSystemsOnOneNoise() throws {
    let result = try Self.study().run(threads: 2)
    let tested = result.levels.filter { $0.tolerance == nil }
    #expect(tested.map(\.steps) == [2, 4, 8, 16])
    #expect(tested.map(\.cost) == [16, 48, 96, 192])
    #expect(tested.allSatisfy { $0.replicas == 200 && $0.particles == 8 })
    for (l, level) in tested.enumerated() {
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
    #expect(tested[0].consistency == nil && tested[0].value == tested[0].difference)
  }

  /// The rows stand in the order of tolerance, method, observable, n; an estimate does not depend on what else is asked
  /// for, on the convergence test, nor on threads.
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
        == ["0.04", "0.02"].flatMap { tolerance in
          ["plain", "multilevel"].flatMap { method in
            ["cosine(1)", "quantile(0.5)"].flatMap { name in [8, 16].map { "\(method) \(tolerance) \(name) \($0)" } }
          }
        })
    for threads in [2, 5] {
      let other = try study.run(threads: threads)
      #expect(other.estimates.map(\.value) == result.estimates.map(\.value))
      #expect(other.levels.map(\.variance) == result.levels.map(\.variance))
      #expect(other.rates.map { $0.fitted?.slope } == result.rates.map { $0.fitted?.slope })
    }
    let alone = try Self.study(particles: .list([16]), observables: observables, replicas: 32).run()
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
      #expect(estimate.standardError < 1.01 * allowed && estimate.standardError > 0.8 * allowed)
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

  /// Without interaction the particles of a system of 16 are those of two systems of 8 to the last bit: fractions of them
  /// agree exactly, and there is no rate. Coupled to the first 8 alone, or to the first 8 twice, they would not.
  @Test func independentParticlesHaveNoErrorInN() throws {
    let rates = try Self.study(
      SineInteraction(theta: 1, coupling: 0, initial: .constant(1)), particles: .range(from: 8, to: 16),
      observables: [.probabilityBeyond(level: 1)]
    ).run().rates
    let rate = try #require(rates.last)
    #expect(rate.variable == .n && rate.claim == nil)
    #expect(throws: ConvergenceRate.Failure.exactAgreement) { try rate.rate.get() }
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
      return MultilevelEstimate([samples], steps: [1], observable: 0).levels[0].variance
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

  /// A replica that explodes among those of an estimate, after a convergence test in which all were finite.
  @Test func aReplicaOfAnEstimateThatIsNotFinite() throws {
    let result = try Self.study(
      OrnsteinUhlenbeck(theta: 1, coupling: 0), scale: 5e305, methods: [.multilevel, .plain], replicas: 32
    ).run()
    let tested = result.levels.filter { $0.tolerance == nil }
    #expect(tested.allSatisfy { $0.value.isFinite && $0.difference.isFinite })
    #expect(result.rates.allSatisfy { $0.nonFiniteReplicas == 0 })
    #expect(result.estimates.map(\.method) == [.multilevel, .plain])
    #expect(result.estimates.allSatisfy { $0.value == nil && $0.interval == nil })
    // The control: a scale that loses none.
    let finite = try Self.study(OrnsteinUhlenbeck(theta: 1, coupling: 0), scale: 5e3, replicas: 32).run()
    #expect(finite.estimates.allSatisfy { $0.value != nil })
  }

  /// Without noise each level has the few replicas that would tell its variance, and no more.
  @Test func noNoiseNeedsNoMoreReplicasThanAtFirst() throws {
    let result = try Self.study(scale: 0, methods: [.multilevel, .plain]).run()
    for estimate in result.estimates {
      #expect(estimate.standardError == 0 && estimate.kurtosis == nil)
      #expect(estimate.replicasOfLevels.allSatisfy { $0 == 64 })
      // the flow of dx = (-x + 2 sin x) dt from 1, by the trapezoid rule with many steps
      #expect(estimate.interval!.contains(cos(Self.noiseless)))
    }
  }

  /// An estimate begins with three levels, and takes finer ones only as long as its bias asks for them: those it does not
  /// take cost nothing.
  @Test func levelsAreTakenAsTheyAreNeeded() throws {
    let study = try Self.study(steps: .range(from: 4, to: 512), tolerances: [0.1, 0.01])
    let result = try study.run()
    #expect(result.estimates[0].replicasOfLevels.count == 3 && result.estimates[0].steps == 16)
    let finer = result.estimates[1]
    #expect(finer.replicasOfLevels.count > 3 && finer.steps < 512)
    let levels = result.levels.filter { $0.tolerance == 0.01 }
    #expect(levels.map(\.replicas) == finer.replicasOfLevels)
    #expect(levels.last!.steps == finer.steps)
    #expect(finer.replicasOfLevels.allSatisfy { $0 >= 64 })
    // With one level fewer the bias would be too large.
    let shorter = try Self.study(steps: .range(from: 4, to: finer.steps / 2), tolerances: [0.01]).run().estimates[0]
    #expect(shorter.steps == finer.steps / 2 && shorter.bias > 0.01 / 2.0.squareRoot())
    #expect(finer.bias <= 0.01 / 2.0.squareRoot())
  }

  /// The weak rate in Δt is the line through the level differences of the convergence test.
  @Test func aWeakRateIsThatOfTheLevels() throws {
    let result = try Self.study(particles: .list([8, 16, 32]), replicas: 3000).run()
    let tested = result.levels.filter { $0.tolerance == nil && $0.particles == 16 }
    let rate = try #require(result.rates.first { $0.particles == 16 }).rate.get()
    let x = tested.dropLast().map { -log(Double($0.steps)) }, y = tested.dropFirst().map { log(abs($0.difference)) }
    let (meanX, meanY) = (x.reduce(0, +) / 3, y.reduce(0, +) / 3)
    let slope =
      zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
    #expect(abs(rate.slope - slope) < 1e-9)
    #expect(abs(log(rate.constant) - (meanY - slope * meanX)) < 1e-9)
    #expect(rate.fitFrom == 1.0 / 2 && rate.fitTo == 1.0 / 8)
    // Two levels are one difference.
    let short = try Self.study(steps: .list([2, 4])).run().rates[0]
    #expect(throws: ConvergenceRate.Failure.tooFewLevels) { try short.rate.get() }
  }

  /// What has been found is told as it comes: the convergence test, then each tolerance; a tolerance that is out of reach
  /// loses nothing, and says what would be within.
  @Test func partsAreToldAsTheyCome() throws {
    let study = try Self.study(methods: [.plain, .multilevel], tolerances: [0.04, 1e-7])
    var parts: [ExpectationResult] = []
    let error = #expect(throws: SimulationError.self) { try study.run { parts.append($0) } }
    #expect(parts.map(\.estimates.count) == [0, 2] && parts.map(\.rates.count) == [1, 0])
    #expect(parts[0].levels.allSatisfy { $0.tolerance == nil } && parts[1].levels.allSatisfy { $0.tolerance == 0.04 })
    guard case .invalidValue("tolerance", let found, let allowed)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let numbers = try #require(
      found.wholeMatch(of: /1e-07, which takes about (\S+) replicas of 8 particles with 2 steps/), "\(found)")
    let other = try #require(
      allowed.wholeMatch(of: /(\S+) or more, which takes at most 67108864 here; more particles bring fewer/),
      "\(allowed)")
    // replicas go like tolerance^-2
    let (replicas, reachable) = (Double(numbers.1)!, Double(other.1)!)
    #expect(abs(reachable / (1e-7 * (replicas / 0x1p26).squareRoot()) / 1.05 - 1) < 0.1)
    #expect(replicas > 0x1p26)
  }

  // MARK: - Warnings

  private final class Steps: Sendable {
    let count = Atomic(0)
  }

  /// A model that changes while it is simulated: its levels do not fit together.
  private struct Restless: ModelWithoutFeatures {
    let name = "restless", shape = ModelShape(components: 1, features: 1), initial = [InitialLaw.constant(1)]
    let featureGrowth = FeatureGrowth.bounded
    /// Steps until the drift changes.
    let changesAfter: Int
    let steps = Steps()

    init(changesAfter: Int) { self.changesAfter = changesAfter }

    func drift(
      of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
      into drift: inout MutableSpan<Double>
    ) {
      let done = steps.count.wrappingAdd(1, ordering: .relaxed).newValue
      for i in block.indices { drift[i] = (done > changesAfter ? 1 : 0) - block[i] }
    }
  }

  /// 200 replicas of levels with 2, 2 + 4 and 4 + 8 steps: the drift changes after the first two levels, or never.
  @Test func levelsThatDoNotFitTogetherAreWarnedOf() throws {
    func warnings(changesAfter steps: Int) throws -> [String] {
      let study = try Self.study(Restless(changesAfter: steps), steps: .list([2, 4, 8]), tolerances: [0.5])
      var parts: [ExpectationResult] = []
      _ = try study.run(threads: 1) { parts.append($0) }
      return ExpectationStudy.warnings(of: parts[0].levels)
    }
    let changed = try warnings(changesAfter: 200 * 8)
    #expect(changed.count == 1)
    #expect(
      changed[0].hasPrefix("cosine(1), 8 particles, 8 steps: the levels do not fit together, consistency ")
        && changed[0].hasSuffix(" is above 1"))
    #expect(try warnings(changesAfter: .max).isEmpty)
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

  /// Of several observables the most demanding decides, wherever it stands: replicas are those that the one with the larger
  /// variance takes alone, levels those that the one with the larger bias takes.
  @Test func theMostDemandingObservableDecides() throws {
    let still = Observable.cosine(frequency: 0.01)
    func estimate(_ observables: [Observable]) throws -> McKeanVlasov.Expectation {
      try Self.study(steps: .range(from: 2, to: 64), observables: observables, tolerances: [0.01]).run().estimates[0]
    }
    let alone = try estimate([Self.cosine])
    for observables in [[Self.cosine, still], [still, Self.cosine]] {
      let both = try estimate(observables)
      #expect(both.replicasOfLevels == alone.replicasOfLevels && both.steps == alone.steps)
    }
    // the control: the other one takes less of both
    let undemanding = try estimate([still])
    #expect(undemanding.steps < alone.steps && undemanding.replicas < alone.replicas)
  }

  /// Lists whose values do not grow by one factor have estimates, and no weak rates.
  @Test func unequalFactorsHaveNoWeakRate() throws {
    let result = try Self.study(steps: .list([2, 4, 16]), particles: .list([4, 8, 32])).run()
    #expect(result.estimates.allSatisfy { $0.value != nil })
    for rate in result.rates {
      #expect(throws: ConvergenceRate.Failure.unequalFactors) { try rate.rate.get() }
      #expect(rate.verdict == nil || rate.verdict == .inconclusive)
    }
    let even = try Self.study(steps: .list([2, 4, 8]), particles: .list([4, 8, 16])).run()
    for rate in even.rates {
      if case .failure(.unequalFactors) = rate.rate { Issue.record("one factor, and no rate") }
    }
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
    #expect(parameter { try Self.study(replicas: 1 << 26 + 1) } == "replicas")
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "replicas", found: "31", allowed: "a whole number from 32 to 67108864")
    ) { try Self.study(replicas: 31) }
    #expect(parameter { try Self.study(observables: [.loss]) } == "observables")
    // A ladder in n needs a limit to converge to.
    let linear = OrnsteinUhlenbeck(theta: 1, coupling: 1)
    #expect(throws: SimulationError.noMeanFieldLimit(alpha: 0.9)) {
      try Self.study(linear, alpha: 0.9, particles: .range(from: 4, to: 8))
    }
    #expect(throws: Never.self) { try Self.study(linear, alpha: 0.9) }
  }
}
