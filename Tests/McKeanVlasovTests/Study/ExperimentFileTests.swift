import McKeanVlasov
import Testing

/// Where a message says that a value stands.
@Suite struct ExperimentFileTests {
  private func place(of text: String, overrides: [String] = []) -> String? {
    do {
      _ = try Experiment(text: text, name: "test", fileName: "test.toml", overrides: overrides)
      return nil
    } catch { return "\(error)".split(separator: ":").first.map(String.init) }
  }

  @Test func aPartOfAnInlineTableStandsWhereTheTableDoes() {
    let bad = "particles = { from = 2, to = 8, by = 2 }"
    let inFile = ExperimentText.chaos(study: bad + "\nreplicas = 8")
    #expect(place(of: inFile) == "test.toml, line 13, study.particles.by")
    // the same given on the command line, over a sound file
    #expect(place(of: ExperimentText.chaos(), overrides: ["study." + bad]) == "--set study.particles.by")
    #expect(
      place(of: ExperimentText.chaos(), overrides: ["model.initial = { law = \"normal\", mu = 1 }"])
        == "--set model.initial.mu")
    // a key that was not replaced keeps its line
    #expect(place(of: inFile, overrides: ["study.replicas=9"]) == "test.toml, line 13, study.particles.by")
  }
}
