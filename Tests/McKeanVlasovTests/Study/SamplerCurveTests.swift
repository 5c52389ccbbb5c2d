import McKeanVlasov
import Testing

/// The curves of every built-in experiment that has any with the vectorised draws and with GSL's.
@Suite struct SamplerCurveTests {
  /// Fewer replicas, steps and particles. A draw is within 1e-14 + 1e-15/t of GSL's, where t is uniform on (0, 1): of the
  /// full experiments' millions of draws some have a t so small that GSL's have nine digits only, of these some 10^5 none.
  private static let reduced: [String: [String]] = [
    "double-well-chaos": ["study.particles=[16,64,256]", "time.steps=16"],
    "kuramoto-chaos": ["study.particles=[16,64,256]", "time.steps=16"],
    "network-chaos": ["data.rows=50", "study.particles=[16,64,256]", "time.steps=8"],
    "network-joint": ["data.rows=50", "study.particles=[16,32,64]", "time.steps=[8,16,32]"],
    "network-strong": ["data.rows=50", "study.particles=16", "time.steps=[32,64,128]"],
    "ou-chaos": ["study.particles=[16,64,256]"], "sine-chaos": ["study.particles=[16,64,256]"],
    "ou-law": ["study.particles=[100,600,3600]"], "rate-against-alpha": ["study.particles=[16,64,256]"],
    "sine-joint": ["study.particles=[16,32,64]", "time.steps=[8,16,32]"],
    "ou-strong": ["study.particles=4", "time.steps=[64,128,256]"],
    "sine-strong": ["study.particles=4", "time.steps=[64,128,256]"],
  ]

  private static func curves(_ name: String, _ sampler: Sampler, seed: Int = 1) throws -> [ErrorCurve] {
    let reductions = try #require(reduced[name], "no reduced form of \(name) yet")
    let experiment = try Experiment(
      named: name,
      overrides: ["study.replicas=8", "noise.sampler=\(sampler.rawValue)", "study.seed=\(seed)"] + reductions)
    #expect(experiment.combinations.allSatisfy { $0.label.noise.sampler == sampler })
    return try experiment.combinations.flatMap { combination -> [ErrorCurve] in
      switch combination.study {
      case .error(let study): try study.run()
      case .law(let study): try study.run()
      case .trajectory, .expectation, .compressibility: []
      }
    }
  }

  /// Trajectories and expectations have no curves, and what is pruned has tests of its own; the paper's data are not shipped.
  private static let names = Experiment.builtIn.filter { !$0.hasPrefix("paper-") }.filter {
    (try? Experiment(named: $0)).map { ![.trajectory, .expectation, .compressibility].contains($0.kind) } ?? true
  }

  /// The estimates agree to 1e-9, level by level, and the samples of each replica too.
  @Test(arguments: names)
  func curvesAgree(name: String) throws {
    let (vector, gsl) = (try Self.curves(name, .vector), try Self.curves(name, .gsl))
    #expect(!gsl.isEmpty && vector.count == gsl.count)
    for (a, b) in zip(vector, gsl) {
      #expect(a.metric == b.metric && a.p == b.p && a.levels == b.levels && a.levels.count > 1)
      for (a, b) in zip(a.estimates(), b.estimates()) {
        #expect(b.value > 0 && abs(a.value - b.value) <= 1e-9 * b.value)
      }
      for (a, b) in zip(a.samples.joined(), b.samples.joined()) { #expect(abs(a - b) <= 1e-9 * b) }
    }
    // Negative control: another seed.
    for (a, b) in zip(try Self.curves(name, .vector, seed: 2), gsl) {
      for (a, b) in zip(a.estimates(), b.estimates()) { #expect(abs(a.value - b.value) > 1e-6 * b.value) }
    }
  }
}
