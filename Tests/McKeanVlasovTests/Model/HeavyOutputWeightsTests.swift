import McKeanVlasov
import Testing

/// Output weights with a power tail: φ = a ψ has no variance, so the rates of bounded features do not hold.
struct HeavyOutputWeightsTests {
  private let normal = "{ law = \"normal\" }"
  private let heavy = "{ law = \"stable\", alpha = 1.3 }"

  private func study(kind: String, outputs: String, p: Double = 0.5) throws -> ErrorStudy {
    let sizes =
      kind == "chaos"
      ? ["study.particles={ from = 4, to = 8 }", "time.steps=4"]
      : ["study.particles=4", "time.steps={ from = 4, to = 8 }"]
    let experiment = try Experiment(
      named: "network-chaos",
      overrides: ["data.rows=20", "study.kind=\(kind)", "study.p=\(p)", "model.output-initial=\(outputs)"] + sizes)
    guard case .error(let study) = experiment.combinations[0].study else { fatalError("not an error study") }
    return study
  }

  private func claim(kind: String, outputs: String) throws -> Claim? {
    let study = try study(kind: kind, outputs: outputs)
    return study.model.claim(on: .terminal, in: study.variable, noise: study.noise)
  }

  @Test(arguments: ["chaos", "strong"])
  func noRateIsClaimed(kind: String) throws {
    #expect(try claim(kind: kind, outputs: heavy) == nil)
    #expect(try claim(kind: kind, outputs: normal) != nil)
  }

  @Test(arguments: ["chaos", "strong"])
  func infiniteMomentsAreRefused(kind: String) throws {
    #expect(throws: SimulationError.self) { _ = try study(kind: kind, outputs: heavy, p: 1.3) }
    _ = try study(kind: kind, outputs: heavy, p: 1.29)
    _ = try study(kind: kind, outputs: normal, p: 2)
  }

  /// The gradient of the squared loss is linear in f, which holds a_i ψ / n: the error grows like a_i².
  @Test(arguments: [(Loss.squared, 0.65), (.crossEntropy, 1.3)])
  func squaredLossHalvesTheTailIndex(loss: Loss, index: Double) throws {
    let outputs = InitialLaw.stable(try StableLaw(alpha: 1.3))
    let model = try TestData.network(.tanh, loss: loss, outputInitial: outputs)
    let noise = try LevyNoise(law: .stable(alpha: 1.7))
    for variable in ConvergenceVariable.allCases {
      #expect(model.errorTailIndex(in: variable, noise: noise) == index)
    }
  }

  @Test func outputWeightsWithoutAMeanAreRefused() throws {
    #expect(throws: SimulationError.self) { _ = try study(kind: "chaos", outputs: "{ law = \"stable\", alpha = 1.0 }") }
    _ = try study(kind: "strong", outputs: "{ law = \"stable\", alpha = 1.0 }")
  }
}
