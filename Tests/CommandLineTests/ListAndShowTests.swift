import Foundation
import McKeanVlasov
import Testing

/// `list`, `show`, `--dry-run`, `--help`.
struct ListAndShowTests {
  @Test func listHasALineForEveryModelNoiseAndExperiment() throws {
    let answer = try Mckean()("list")
    #expect(answer.exitCode == 0)
    #expect(answer.error == "")
    let names = answer.output.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(
      names == ["models"] + ModelCatalog.models.map(\.name) + ["noises", "law", "shape", "sampler", "experiments"]
        + Experiment.builtIn)
    #expect(names.contains("two-layer-network") && names.contains("network-chaos"))
  }

  /// `show` prints the file itself, which runs as it stands: the copy gives the built-in experiment's own bytes.
  @Test(arguments: Sample.shipped)
  func aBuiltInExperimentIsShownAsItIsShipped(name: String) throws {
    let mckean = try Mckean()
    let shown = try mckean("show", name)
    #expect(shown.exitCode == 0)
    #expect(shown.error == "")
    #expect(shown.output == Experiment.text(ofBuiltIn: name))
    try mckean.write(shown.output, to: "copy.toml")
    for (experiment, directory) in [(name, "built-in"), ("copy.toml", "of-copy")] {
      let answer = try mckean.run(["run", experiment, "--quiet", "--out", directory] + Sample.quickArguments(name))
      #expect(answer.exitCode == 0, "\(answer.error)")
    }
    let tables = mckean.files(in: "built-in").filter { $0.hasSuffix(".csv") }
    #expect(tables.count > 0)
    for table in tables { #expect(try mckean.text("built-in/" + table) == mckean.text("of-copy/" + table)) }
  }

  /// What `--dry-run` prints is the experiment with its defaults: it reads back as the same experiment.
  @Test(arguments: Sample.shipped)
  func aDryRunPrintsTheResolvedExperimentAndWritesNothing(name: String) throws {
    let mckean = try Mckean()
    let answer = try mckean("run", name, "--dry-run", "--threads", "2")
    #expect(answer.exitCode == 0)
    #expect(answer.error == "")
    let seed = try Experiment(named: name).seed
    #expect(answer.output.contains("\nprecision = ") && answer.output.contains("\nseed = \(seed)\n"))
    #expect(answer.output.contains("MiB of states on 2 thread(s)"))
    #expect(mckean.files() == [])
    try mckean.write(answer.output, to: "resolved.toml")
    #expect(try mckean("run", "resolved.toml", "--dry-run", "--threads", "2").output == answer.output)
    #expect(mckean.files() == ["resolved.toml"])
  }

  @Test func helpNamesEveryOptionOfRun() throws {
    let answer = try Mckean()("run", "--help")
    #expect(answer.exitCode == 0)
    for option in ["--set", "--out", "--force", "--seed", "--threads", "--dry-run", "--quiet"] {
      #expect(answer.output.contains(option))
    }
  }
}
