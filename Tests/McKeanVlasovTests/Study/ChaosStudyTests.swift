import McKeanVlasov
import Testing

@Suite struct ChaosStudyTests {
  private static func study(
    _ reference: Reference, model: any McKeanVlasovModel = SineInteraction(theta: 1, coupling: 1)
  ) throws -> ErrorStudy {
    try .chaos(
      model: model, noise: LevyNoise(law: .stable(alpha: 1.5)), horizon: 1, steps: 4, particles: .list([4, 8, 16]),
      replicas: 8, reference: reference)
  }

  @Test func theReferenceIsMuchLarger() throws {
    #expect(throws: Never.self) { try Self.study(.size(256)) }
    for size in [255, 16, 0, -256] {
      #expect(
        throws: SimulationError.invalidValue(
          parameter: "reference", found: "\(size)",
          allowed: "\"next\", \"exact\", or at least 256 particles (16 times the largest level)")
      ) { try Self.study(.size(size)) }
    }
  }

  @Test func exactNeedsAKnownFlow() throws {
    #expect(throws: Never.self) { try Self.study(.exact) }
    #expect(throws: Never.self) { try Self.study(.exact, model: OrnsteinUhlenbeck(theta: 1, coupling: 1)) }
    let withoutMean = OrnsteinUhlenbeck(theta: 1, coupling: 0, initial: .stable(try StableLaw(alpha: 0.9)))
    for (model, settings): (any McKeanVlasovModel, String) in [
      (TanhAttraction(), "with these settings"), (try TestData.network(.tanh), "with these settings"),
      (withoutMean, "from an initial law without a mean"),
    ] {
      #expect(
        throws: SimulationError.invalidValue(
          parameter: "reference", found: "\"exact\"",
          allowed: "\"next\" or a number: the limit of \(model.name) \(settings) has no known mean field")
      ) { try Self.study(.exact, model: model) }
    }
  }

  /// The limit copy of the largest n feels the flow: its particles, and the error of each level, by hand.
  @Test func exactErrorsAgainstTheFlow() throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.5), scale: 0.3, sampler: .gsl)
    let model = OrnsteinUhlenbeck(theta: 1, coupling: 2, initial: .constant(1))
    let naive = NaiveSystem.ornsteinUhlenbeck(
      theta: 1, coupling: 2, dimension: 1, initial: .constant(1), noise: noise, horizon: 1, seed: 5)
    let study = try ErrorStudy.chaos(
      model: model, noise: noise, horizon: 1, steps: 4, particles: .list([3, 6]), replicas: 8, p: [1], seed: 5,
      reference: .exact)
    let terminal = try #require(study.run(threads: 1).first { $0.metric == .terminal })
    let flow = [[1.0], [0.75], [0.5625], [0.421875]]
    for replica in 0..<8 {
      let limit = naive.path(particles: 6, steps: 4, fineSteps: 4, replica: UInt32(replica), flow: flow)[4]
      for (level, n) in [3, 6].enumerated() {
        let system = naive.path(particles: n, steps: 4, fineSteps: 4, replica: UInt32(replica))[4]
        let mean = zip(system, limit).reduce(0) { $0 + abs($1.0[0] - $1.1[0]) } / Double(n)
        #expect(abs(terminal.samples[level][replica] - mean) < 1e-13)
      }
    }
  }
}
