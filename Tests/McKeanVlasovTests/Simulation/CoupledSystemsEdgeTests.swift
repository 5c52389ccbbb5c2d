import Foundation
import McKeanVlasov
import Testing

/// Limit copies, refusals, and states that are not finite.
@Suite struct CoupledSystemsEdgeTests {
  typealias System = CoupledSystems.System

  // MARK: - Copies of the limit

  /// A copy feels the flow of the Euler chain with its own step, beside systems that feel themselves.
  @Test func exactCopiesFeelTheFlowOfTheirOwnStep() throws {
    let model = OrnsteinUhlenbeck(theta: 1.2, coupling: 3, initial: .uniform(low: 1, high: 2))
    let noise = try LevyNoise(law: .stable(alpha: 1.6), scale: 0.4, sampler: .gsl)
    let naive = NaiveSystem.ornsteinUhlenbeck(
      theta: 1.2, coupling: 3, dimension: 1, initial: .uniform(low: 1, high: 2), noise: noise, horizon: 1, seed: 21)
    let systems = [
      System(particles: 3, steps: 8, meanField: .exact), System(particles: 4, steps: 8),
      System(particles: 5, steps: 4, meanField: .exact),
    ]
    let engine = try CoupledSystems(model: model, noise: noise, horizon: 1, systems: systems, seed: 21)
    for (index, system) in systems.enumerated() {
      let flow = (0..<system.steps).map { [1.5 * pow(1 - 1.2 / Double(system.steps), Double($0))] }
      let expected = naive.path(
        particles: system.particles, steps: system.steps, fineSteps: 8, replica: 0,
        flow: system.meanField == .exact ? flow : nil)
      let path = try engine.path(of: index)
      for (k, states) in expected.enumerated() {
        for (state, expected) in zip(path[k * 8 / system.steps], states) {
          #expect(abs(state[0] - expected[0]) < 1e-12 * max(1, abs(expected[0])))
        }
      }
    }
  }

  @Test func exactCopiesNeedAKnownFlow() {
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "reference", found: "\"exact\"",
        allowed: "\"next\" or a number: the limit of tanh-attraction with these settings has no known mean field")
    ) {
      try CoupledSystems(
        model: TanhAttraction(), noise: LevyNoise(law: .brownian), horizon: 1,
        systems: [System(particles: 2, steps: 2, meanField: .exact)], seed: 1)
    }
  }

  // MARK: - Refusals

  @Test func stepsMustDivideTheFinest() {
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "steps", found: "4", allowed: "a divisor of the finest number of steps, 6")
    ) {
      try CoupledSystems(
        model: TanhAttraction(), noise: LevyNoise(law: .brownian), horizon: 1,
        systems: [System(particles: 2, steps: 4), System(particles: 2, steps: 6)], seed: 1)
    }
  }

  @Test(arguments: [(0, 4, "particles"), (1 << 32, 4, "particles"), (2, 1 << 32, "steps")])
  func sizesMustFitTheCounter(particles: Int, steps: Int, parameter: String) {
    #expect(
      throws: SimulationError.invalidValue(
        parameter: parameter, found: "\(parameter == "steps" ? steps : particles)",
        allowed: "a whole number from 1 to 4294967295")
    ) {
      try CoupledSystems(
        model: TanhAttraction(), noise: LevyNoise(law: .brownian), horizon: 1,
        systems: [System(particles: particles, steps: steps)], seed: 1)
    }
  }

  // MARK: - States that are not finite

  /// Particles above a threshold grow by 1e100 a step; the others do not move.
  private struct Explosion: ModelWithoutFeatures {
    let name = "explosion"
    let shape = ModelShape(components: 1, features: 1)
    let initial = [InitialLaw.uniform(low: 1, high: 2)]
    let featureGrowth = FeatureGrowth.none
    let threshold: Double

    func drift(
      of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
      into drift: inout MutableSpan<Double>
    ) {
      for i in block.indices { drift[i] = block[i] > threshold ? 1e100 * block[i] : 0 }
    }
  }

  /// 1e100 per unit of time: with steps of 1 a state of about 1 overflows in the fourth, with steps of 2 as well.
  @Test func theFirstNonFiniteStateIsNamed() throws {
    let systems = [
      System(particles: 3000, steps: 4), System(particles: 5000, steps: 4), System(particles: 5000, steps: 8),
    ]
    let engine = try CoupledSystems(
      model: Explosion(threshold: 1.999), noise: LevyNoise(law: .brownian, scale: 0), horizon: 8, systems: systems,
      seed: 2)
    for replica in 0..<4 as Range<UInt32> {
      var initial: [[Double]] = []
      var steps = 0
      let found = try engine.run(
        replica: replica,
        afterStep: { step in
          if step == 0 { initial = engine.states(of: 2) }
          steps = step
        })
      let first = try #require(initial.firstIndex { $0[0] > 1.999 })
      // The finest system is the first to overflow, at fine step 4; the step is its own fourth.
      #expect(found?.system == 2 && found?.particle == first && found?.step == 4)
      #expect(steps == 3)
    }
  }

  /// The finer system does not hold the particle that overflows.
  @Test func theStepIsThatOfTheSystemThatOverflows() throws {
    let engine = try CoupledSystems(
      model: Explosion(threshold: 1.999), noise: LevyNoise(law: .brownian, scale: 0), horizon: 8,
      systems: [System(particles: 5000, steps: 4), System(particles: 3, steps: 8)], seed: 2)
    let found = try engine.run(replica: 0)
    #expect(found?.system == 0 && found?.step == 4)
  }

  @Test func aRunMayGoOnBeyondANonFiniteState() throws {
    let engine = try CoupledSystems(
      model: Explosion(threshold: 1.5), noise: LevyNoise(law: .brownian, scale: 0), horizon: 8,
      systems: [System(particles: 10, steps: 8)], seed: 2)
    var steps = 0
    let found = try engine.run(replica: 0, stopAtNonFinite: false, afterStep: { steps = $0 })
    #expect(found?.step == 4 && steps == 8)
  }

  @Test func finiteStatesAreNotReported() throws {
    let engine = try CoupledSystems(
      model: Explosion(threshold: 1.5), noise: LevyNoise(law: .brownian, scale: 0), horizon: 3,
      systems: [System(particles: 10, steps: 3)], seed: 2)
    #expect(try engine.run(replica: 0) == nil)
    #expect(engine.states().contains { $0[0] > 1e250 })
  }

  @Test func aNonFiniteReplicaLeavesNoTraceInTheNext() throws {
    func make() throws -> CoupledSystems {
      try CoupledSystems(
        model: Explosion(threshold: 3), noise: LevyNoise(law: .brownian, scale: 1), horizon: 8,
        systems: [System(particles: 8, steps: 8), System(particles: 8, steps: 2)], seed: 2)
    }
    let engine = try make()
    let runs = try (0..<40).map { (found: try engine.run(replica: $0), states: engine.states(of: 1) as [[Double]]) }
    for (replica, run) in runs.enumerated() {
      let fresh = try make()
      #expect(run.found == (try fresh.run(replica: UInt32(replica))))
      // To the bit: an increment left over from a replica that stopped between two coarse steps would show here.
      if run.found == nil { #expect(run.states == fresh.states(of: 1)) }
    }
    #expect(Set(runs.map { $0.found == nil }).count == 2)
    #expect(runs.contains { $0.found.map { $0.step % 4 != 0 } ?? false })
  }
}
