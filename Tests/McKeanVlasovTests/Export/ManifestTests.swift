import CGSL
import COpenBLAS
import Foundation
import McKeanVlasov
import Testing

@Suite struct ManifestTests {
  private let run: TestRun

  init() throws { run = try TestRun() }

  private func manifest() throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(run.contents("manifest.json").utf8))
    return try #require(object as? [String: Any])
  }

  @Test func saysWithWhatTheRunWasMade() throws {
    _ = try run(ExperimentText.trajectory, overrides: ["study.seed=7"], threads: 2)
    let manifest = try manifest()
    #expect(manifest["name"] as? String == "test" && manifest["version"] as? String == mckeanVersion)
    #expect(manifest["seed"] as? Int == 7 && manifest["threads"] as? Int == 2 && manifest["ranks"] as? Int == 1)
    #expect(manifest["sampler"] as? String == "vector" && manifest["block-size"] as? Int == 2048)
    #expect(manifest["gsl-version"] as? String == GSL_VERSION)
    #expect(manifest["blas-core"] as? String == String(cString: openblas_get_corename()))
    #expect(try #require(manifest["wall-time-seconds"] as? Double) > 0)
    // The program that runs the tests stands in the checkout, where there is one.
    if let commit = manifest["git-commit"] as? String { #expect(commit.wholeMatch(of: /[0-9a-f]{40}/) != nil) }
    let checksums = try #require(manifest["file-checksums"] as? [String: String])
    #expect(Set(checksums.keys) == ["states.npy", "times.csv"])
    // SHA-256 of "time\n0\n0.5\n1\n"
    #expect(checksums["times.csv"] == "cf902fa443fc526a659939b2426a56152b4eed261a8fdcbb6f2e56e2fc423176")
  }

  @Test func namesEverySampler() throws {
    for (samplers, named) in [("\"gsl\"", "gsl"), ("[\"gsl\", \"vector\"]", "vector, gsl")] {
      _ = try run(ExperimentText.trajectory, overrides: ["noise.sampler=\(samplers)"], force: true)
      #expect(try manifest()["sampler"] as? String == named)
    }
  }

  /// The resolved experiment holds every key, defaults included, and reads back as the same experiment.
  @Test func holdsTheResolvedExperiment() throws {
    let experiment = try Experiment(ExperimentText.chaos(noise: "law = \"stable\"\nalpha = [1.5, 1.2]"))
    _ = try ExperimentRun(experiment, directory: run.out, threads: 1).run()
    let tables = try #require(manifest()["experiment"] as? [String: [String: Any]])
    #expect(Set(tables.keys) == ["model", "noise", "time", "study"])
    #expect(tables["study"]?["seed"] as? Int == 1 && tables["study"]?["p"] as? [Double] == [0.5])
    #expect(tables["noise"]?["shape"] as? String == "independent")
    #expect(tables["noise"]?["sampler"] as? String == "vector" && tables["study"]?["precision"] as? String == "double")
    #expect(tables["noise"]?["alpha"] as? [Double] == [1.5, 1.2])
    #expect(tables["model"]?["initial"] as? Double == 0)

    let text = experiment.resolved.map { name, value -> String in
      guard case .table(let keys) = value else { return "" }
      return "[\(name)]\n" + keys.map { "\($0.key) = \($0.value.toml)\n" }.joined()
    }.joined()
    let again = try Experiment(text)
    #expect(again.resolved == experiment.resolved)
    func samples(_ experiment: Experiment) throws -> [[[[Double]]]] {
      try experiment.errorStudies.map { try $0.run(threads: 1).map(\.samples) }
    }
    #expect(try samples(again) == (try samples(experiment)))
  }
}
