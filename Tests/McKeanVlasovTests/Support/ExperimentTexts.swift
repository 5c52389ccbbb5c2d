import Foundation
import McKeanVlasov

/// Experiment files, table by table.
enum ExperimentText {
  static func chaos(
    model: String = "name = \"sine-interaction\"\ntheta = 1\ncoupling = 2",
    noise: String = "law = \"stable\"\nalpha = 1.5",
    study: String = "particles = [2, 4, 8]\nreplicas = 8", rest: String = ""
  ) -> String {
    """
    [model]
    \(model)
    [noise]
    \(noise)
    [time]
    horizon = 1
    steps = 4
    [study]
    kind = "chaos"
    \(study)
    \(rest)
    """
  }
}

extension Experiment {
  init(_ text: String, overrides: [String] = []) throws {
    try self.init(text: text, name: "test", overrides: overrides)
  }

  var errorStudies: [ErrorStudy] {
    combinations.compactMap { if case .error(let study) = $0.study { study } else { nil } }
  }
}

extension ExperimentText {
  /// A network with these lines in [data].
  static func network(data lines: String, seed: Int) -> String {
    """
    [data]
    \(lines)
    [model]
    name = "two-layer-network"
    activation = "tanh"
    loss = "squared"
    [noise]
    law = "brownian"
    [time]
    horizon = 1
    steps = 2
    [study]
    kind = "chaos"
    particles = [1, 2, 4]
    replicas = 8
    seed = \(seed)
    """
  }

  static let trajectory = """
    [model]
    name = "sine-interaction"
    theta = 1
    coupling = 2
    initial = 0.5
    [noise]
    law = "brownian"
    [time]
    horizon = 1
    steps = 4
    [study]
    kind = "trajectory"
    particles = 2
    replicas = 3
    snapshots = 3
    """
}

/// A place for the output of one run.
struct TestRun {
  let directory: TemporaryDirectory
  var out: String { directory.path + "/out" }

  init() throws { directory = try TemporaryDirectory() }

  func callAsFunction(_ text: String, overrides: [String] = [], force: Bool = false, threads: Int = 1) throws
    -> [RateResult]
  {
    try ExperimentRun(Experiment(text, overrides: overrides), directory: out, force: force, threads: threads).run()
  }

  func contents(_ name: String) throws -> String { try String(contentsOfFile: out + "/" + name, encoding: .utf8) }

  func files() throws -> Set<String> { Set(try FileManager.default.contentsOfDirectory(atPath: out)) }
}
