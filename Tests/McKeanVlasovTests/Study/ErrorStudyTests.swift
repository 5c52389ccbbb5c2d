import Foundation
import McKeanVlasov
import Testing

@Suite struct ErrorStudyTests {
  /// A study of few particles; `nil` where it is accepted.
  private static func refusal(
    _ model: any McKeanVlasovModel, _ noise: LevyNoise, _ variable: ConvergenceVariable, p: [Double] = [0.5],
    replicas: Int = 8, horizon: Double = 1
  ) -> SimulationError? {
    do {
      _ =
        switch variable {
        case .n:
          try ErrorStudy.chaos(
            model: model, noise: noise, horizon: horizon, steps: 4, particles: .range(from: 2, to: 4),
            replicas: replicas, p: p)
        case .dt:
          try ErrorStudy.strong(
            model: model, noise: noise, horizon: horizon, steps: .range(from: 2, to: 4), particles: 3,
            replicas: replicas, p: p)
        }
      return nil
    } catch { return error }
  }

  private static let brownian = try! LevyNoise(law: .brownian)
  private static func stable(_ alpha: Double, scale: Double = 1) throws -> LevyNoise {
    try LevyNoise(law: .stable(alpha: alpha), scale: scale)
  }

  // MARK: - Infinite moments

  /// A model and whether its error has the noise's tail, in n and in Δt.
  private static func models() throws -> [(model: any McKeanVlasovModel, chaos: Bool, strong: Bool)] {
    [
      (OrnsteinUhlenbeck(theta: 1, coupling: 1), true, true), (OrnsteinUhlenbeck(theta: 1, coupling: 0), false, true),
      (OrnsteinUhlenbeck(theta: 0, coupling: 0), false, true), (SineInteraction(theta: 1, coupling: 1), false, true),
      (SineInteraction(theta: 0, coupling: 1), false, false), (try TestData.network(.tanh), false, false),
      (try TestData.network(.sigmoid), false, false), (try TestData.network(.erf, weightDecay: 0.1), false, true),
      (try TestData.network(.softplus), true, true), (try TestData.network(.relu), true, true),
    ]
  }

  @Test(arguments: ConvergenceVariable.allCases)
  func infiniteMomentsAreRefused(variable: ConvergenceVariable) throws {
    let noise = try Self.stable(1.5)
    for (model, chaos, strong) in try Self.models() {
      let hasTail = variable == .n ? chaos : strong
      for p in [1.5, 2] {
        let expected = SimulationError.infiniteMoment(
          p: p, tailIndex: 1.5, study: "\(variable == .n ? "chaos" : "strong") \(model.name)")
        #expect(Self.refusal(model, noise, variable, p: [0.5, p]) == (hasTail ? expected : nil), "\(model) \(p)")
      }
      #expect(Self.refusal(model, noise, variable, p: [1.5 - 1e-15]) == nil)
      // All moments exist where the noise has them, or where there is no noise.
      for noise in [Self.brownian, try Self.stable(2), try Self.stable(1.5, scale: 0)] {
        #expect(Self.refusal(model, noise, variable, p: [7]) == nil)
      }
    }
  }

  @Test func aHeavyTailedInitialLawCounts() throws {
    let initial = InitialLaw.stable(try StableLaw(alpha: 1.2))
    for variable in ConvergenceVariable.allCases {
      #expect(
        Self.refusal(
          OrnsteinUhlenbeck(theta: 1, coupling: 1, initial: initial), try Self.stable(1.5), variable, p: [1.3])
          == .infiniteMoment(
            p: 1.3, tailIndex: 1.2, study: "\(variable == .n ? "chaos" : "strong") ornstein-uhlenbeck"))
    }
    let outputs = try TestData.network(.tanh, outputInitial: initial)
    #expect(
      Self.refusal(outputs, Self.brownian, .n, p: [1.2])
        == .infiniteMoment(p: 1.2, tailIndex: 1.2, study: "chaos two-layer-network"))
  }

  // MARK: - No limit

  @Test(arguments: [0.6, 1])
  func linearFeaturesWithoutAMeanAreRefused(alpha: Double) throws {
    let noise = try Self.stable(alpha)
    for model: any McKeanVlasovModel in [
      OrnsteinUhlenbeck(theta: 1, coupling: 1), try TestData.network(.relu), try TestData.network(.softplus),
    ] {
      #expect(Self.refusal(model, noise, .n) == .noMeanFieldLimit(alpha: alpha))
      #expect(Self.refusal(model, noise, .dt) == nil)
    }
    for model: any McKeanVlasovModel in [
      OrnsteinUhlenbeck(theta: 1, coupling: 0), SineInteraction(theta: 1, coupling: 1), try TestData.network(.tanh),
    ] { #expect(Self.refusal(model, noise, .n) == nil) }
    let initial = InitialLaw.stable(try StableLaw(alpha: alpha))
    #expect(
      Self.refusal(OrnsteinUhlenbeck(theta: 1, coupling: 1, initial: initial), Self.brownian, .n)
        == .invalidValue(
          parameter: "initial", found: "a law with tail index \(alpha), which has no mean",
          allowed: "a law with a mean, since features of linear growth have none without it"))
  }

  // MARK: - Numbers

  @Test(arguments: [-1, 0, 1, 7, 1 << 32])
  func replicasAreAtLeastEight(replicas: Int) {
    for variable in ConvergenceVariable.allCases {
      #expect(
        Self.refusal(SineInteraction(theta: 1, coupling: 1), Self.brownian, variable, replicas: replicas)
          == .invalidValue(
            parameter: "replicas", found: "\(replicas)", allowed: "a whole number from 8 to 4294967295"))
    }
  }

  @Test(arguments: [0, -1, 0.99e-6, .nan, .infinity])
  func momentsAreAboveZero(p: Double) {
    #expect(
      Self.refusal(SineInteraction(theta: 1, coupling: 1), Self.brownian, .n, p: [1, p])
        == .invalidValue(parameter: "p", found: "\(p)", allowed: "finite numbers above 0, from 1e-6 on"))
  }

  @Test(arguments: [[], [1, 0.5, 1]])
  func momentsAreOneOrMoreAndDifferent(p: [Double]) {
    #expect(
      Self.refusal(SineInteraction(theta: 1, coupling: 1), Self.brownian, .n, p: p)
        == .invalidValue(parameter: "p", found: "\(p)", allowed: "one or more different numbers above 0"))
  }

  @Test(arguments: [0, -2, .nan, .infinity])
  func horizonIsAboveZero(horizon: Double) {
    #expect(
      Self.refusal(SineInteraction(theta: 1, coupling: 1), Self.brownian, .dt, horizon: horizon)
        == .invalidValue(parameter: "horizon", found: "\(horizon)", allowed: "a finite number above 0"))
  }

  @Test func sizesBeyondMemoryAreRefused() throws {
    let study = try ErrorStudy.chaos(
      model: SineInteraction(theta: 1, coupling: 1), noise: Self.brownian, horizon: 1, steps: 1,
      particles: .list([1, 2, Int(UInt32.max)]), replicas: 1 << 20)
    #expect { try study.run(threads: 1000) } throws: { error in
      if case SimulationError.tooMuchMemory(let needed, let available) = error { needed > available } else { false }
    }
  }

  // MARK: - Runs

  /// Curves do not depend on the number of threads, whether replicas or blocks run in parallel.
  @Test(arguments: [2, 3, 50])
  func threadsDoNotChangeABit(threads: Int) throws {
    let study = try ErrorStudy.chaos(
      model: OrnsteinUhlenbeck(theta: 1, coupling: 1), noise: Self.stable(1.5), horizon: 1, steps: 3,
      particles: .list([10, 3000, 5000]), replicas: 9, seed: 3)
    let samples = try study.run(threads: 1).map(\.samples)
    #expect(try study.run(threads: threads).map(\.samples) == samples)
  }

  @Test func withoutInteractionSystemsAgreeExactly() throws {
    let study = try ErrorStudy.chaos(
      model: OrnsteinUhlenbeck(theta: 1, coupling: 0), noise: Self.stable(0.7), horizon: 1, steps: 5,
      particles: .range(from: 4, to: 16), replicas: 8)
    for curve in try study.run() {
      #expect(curve.samples.joined().allSatisfy { $0 == 0 })
      #expect(throws: ConvergenceRate.Failure.exactAgreement) { try ConvergenceRate(fitting: curve) }
    }
  }

  /// Euler's scheme beyond its stability: 1 - θη = -1e80 overflows in four steps but not in two.
  @Test func nonFiniteReplicasAreCountedAndTheRunGoesOn() throws {
    let model = OrnsteinUhlenbeck(theta: 4e80, coupling: 0, initial: .constant(1))
    let study = try ErrorStudy.strong(
      model: model, noise: Self.stable(1.5, scale: 0), horizon: 1, steps: .list([1, 2, 4]), particles: 2, replicas: 8)
    for curve in try study.run(threads: 2) {
      #expect(curve.nonFiniteReplicas == Set(0..<8))
      #expect(curve.estimates().allSatisfy { $0.value.isNaN })
    }
  }

  @Test func progressCountsReplicas() throws {
    let study = try ErrorStudy.chaos(
      model: SineInteraction(theta: 1, coupling: 1), noise: Self.brownian, horizon: 1, steps: 1,
      particles: .list([1, 2, 4]), replicas: 8)
    nonisolated(unsafe) var seen: [Int] = []
    _ = try study.run(
      threads: 2, progress: ReplicaProgress(total: 8) { done, total, _ in seen.append(done * 100 + total) })
    #expect(seen == (1...8).map { $0 * 100 + 8 })
  }

  // MARK: - Ladders

  /// Levels that do not grow by one factor, each measured against the next, have errors and no rate: |E_n - E_m| is no power
  /// of n then. Against one reference they have one.
  @Test func unequalFactorsHaveNoRate() throws {
    func rates(_ particles: [Int], _ reference: Reference = .next) throws -> [Result<ConvergenceRate, any Error>] {
      let study = try ErrorStudy.chaos(
        model: SineInteraction(theta: 1, coupling: 1), noise: Self.brownian, horizon: 1, steps: 2,
        particles: .list(particles), replicas: 8, reference: reference)
      return try study.run().map { curve in Result { try ConvergenceRate(fitting: curve) } }
    }
    for rate in try rates([4, 8, 32]) {
      #expect(throws: ConvergenceRate.Failure.unequalFactors) { try rate.get() }
    }
    for rate in try rates([4, 12, 36]) + rates([4, 8, 32], .size(512)) + rates([4, 8, 32], .exact) {
      #expect(throws: Never.self) { try rate.get() }
    }
    let steps = try ErrorStudy.strong(
      model: SineInteraction(theta: 1, coupling: 1), noise: Self.brownian, horizon: 1, steps: .list([2, 4, 8, 32]),
      particles: 2, replicas: 8
    ).run()
    for curve in steps {
      #expect(throws: ConvergenceRate.Failure.unequalFactors) { try ConvergenceRate(fitting: curve) }
    }
  }

  /// Errors for the tail index: of independent particles up to as many as there are, of particles that share one error one
  /// a replica.
  @Test func errorsThatParticlesShareAreKeptOnce() throws {
    func errors(theta: Double) throws -> [Double] {
      let study = try ErrorStudy.strong(
        model: SineInteraction(theta: theta, coupling: 1, initial: .constant(1)),
        noise: try LevyNoise(law: .stable(alpha: 1.5)), horizon: 1, steps: .range(from: 4, to: 8), particles: 5,
        replicas: 8)
      return try #require(try study.run().first { $0.metric == .terminal }).errors
    }
    #expect(try errors(theta: 0).count == 8)
    #expect(try Set(errors(theta: 1)).count == 40)
  }

  /// In a joint study each curve has the tail of its own error: that in n is bounded where that in Δt is not.
  @Test func curvesOfAJointStudyHaveTailsOfTheirOwn() throws {
    let curves = try ErrorStudy.joint(
      model: SineInteraction(theta: 1, coupling: 1), noise: Self.stable(1.5), horizon: 1, steps: .list([2, 4, 8]),
      particles: .list([2, 4, 8]), replicas: 8, p: [1]
    ).run()
    for curve in curves { #expect(curve.tailIndex == (curve.sweep == .chaos ? nil : 1.5)) }
    #expect(curves.count == 6)
  }

  // MARK: - Errors that are kept

  /// In the step those of all particles, replica by replica: their means are the samples of the finest level, and their
  /// medians too. Only once for all p.
  @Test func errorsOfAStrongStudyAreThoseOfItsParticles() throws {
    let curves = try ErrorStudy.strong(
      model: SineInteraction(theta: 1, coupling: 1), noise: Self.stable(1.5), horizon: 1, steps: .list([2, 4, 8]),
      particles: 3, replicas: 8, p: [1, 0.5]
    ).run(threads: 2)
    for metric in [Metric.terminal, .gridSup, .offGrid, .pathSup] {
      let ofMetric = curves.filter { $0.metric == metric }
      #expect(ofMetric.count == 2 && ofMetric[0].errors.count == 24 && ofMetric[1].errors.isEmpty)
      for replica in 0..<8 {
        let errors = ofMetric[0].errors[3 * replica..<3 * replica + 3]
        #expect(abs(errors.reduce(0, +) / 3 - ofMetric[0].samples.last![replica]) < 1e-14)
        guard let median = curves.first(where: { $0.metric.isMedian && $0.metric.pathError == metric }) else {
          continue
        }
        #expect(errors.sorted()[1] == median.samples.last![replica])
      }
    }
    #expect(curves.allSatisfy { !($0.metric.isMedian || $0.metric == .particleMax) || $0.errors.isEmpty })
  }

  /// In n one a replica: in the Ornstein-Uhlenbeck system, whose drift is linear, the common error of all particles.
  @Test func errorsOfAChaosStudyAreOneAReplica() throws {
    let curves = try ErrorStudy.chaos(
      model: OrnsteinUhlenbeck(theta: 1, coupling: 1), noise: Self.stable(1.5), horizon: 1, steps: 4,
      particles: .list([2, 4, 8]), replicas: 16, p: [1]
    ).run(threads: 2)
    let terminal = try #require(curves.first { $0.metric == .terminal })
    #expect(terminal.errors.count == 16)
    for (error, sample) in zip(terminal.errors, terminal.samples.last!) { #expect(abs(error / sample - 1) < 1e-9) }
  }

  /// No more than 100,000 in all, and the same first particles for any number of threads.
  @Test func errorsThatAreKeptAreBounded() throws {
    let study = try ErrorStudy.strong(
      model: SineInteraction(theta: 1, coupling: 1), noise: Self.stable(1.5), horizon: 1, steps: .list([1, 2, 4]),
      particles: 20_000, replicas: 9)
    let curves = try study.run(threads: 2)
    #expect(curves[0].errors.count == 9 * (100_000 / 9))
    #expect(try study.run(threads: 12).map { $0.errors } == curves.map { $0.errors })
  }

  @Test func aReplicaThatIsNotFiniteHasNoErrors() throws {
    let model = OrnsteinUhlenbeck(theta: 4e80, coupling: 0, initial: .constant(1))
    let study = try ErrorStudy.strong(
      model: model, noise: Self.stable(1.5, scale: 0), horizon: 1, steps: .list([1, 2, 4]), particles: 2, replicas: 8)
    #expect(try study.run().allSatisfy { $0.errors.isEmpty })
  }
}
