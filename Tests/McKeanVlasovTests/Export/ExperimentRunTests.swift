import Foundation
import McKeanVlasov
import Testing

@Suite struct ExperimentRunTests {
  private let run: TestRun

  init() throws { run = try TestRun() }

  private static let chaos = ExperimentText.chaos(noise: "law = \"stable\"\nalpha = [1.5, 1.2]\nscale = 0.5")

  // MARK: - Error studies

  /// Combinations in order, each with its curves in order, each with its levels.
  @Test func tablesOfAnErrorStudy() throws {
    let results = try run(Self.chaos, threads: 2)
    #expect(try run.files() == ["curve.csv", "rates.csv", "slopes.csv", "replicas.csv", "tails.csv", "manifest.json"])
    let metrics = ["terminal", "grid-sup", "particle-max", "terminal-median", "grid-sup-median"]
    #expect(results.map(\.label.noise.alpha) == [1.5, 1.5, 1.5, 1.5, 1.5, 1.2, 1.2, 1.2, 1.2, 1.2])
    #expect(results.map(\.curve.metric.rawValue) == metrics + metrics)
    let curves = results.map { CurveTable.rows($0.curve, $0.label) }.joined()
    #expect(try run.contents("curve.csv") == CurveTable.header + curves)
    #expect(try run.contents("rates.csv") == RateTable.header + results.map(RateTable.row).joined())
    #expect(try run.contents("slopes.csv") == SlopeTable.header + results.map(SlopeTable.rows).joined())
    let replicas = [results.prefix(5), results.suffix(5)]
      .map { ReplicaTable.rows($0.map(\.curve), $0.first!.label) }.joined()
    #expect(try run.contents("replicas.csv") == ReplicaTable.header + replicas)
    let tails = [results.prefix(5), results.suffix(5)]
      .map { TailTable.rows($0.map(\.curve), $0.first!.label) }.joined()
    #expect(try run.contents("tails.csv") == TailTable.header + tails)
  }

  @Test(arguments: [2, 3, 20])
  func bytesDoNotDependOnThreads(threads: Int) throws {
    let other = try TestRun()
    _ = try run(Self.chaos, threads: 1)
    _ = try other(Self.chaos, threads: threads)
    for name in ["curve.csv", "rates.csv", "slopes.csv", "replicas.csv", "tails.csv"] {
      #expect(try run.contents(name) == (try other.contents(name)))
    }
  }

  // MARK: - Trajectories

  @Test func filesOfATrajectory() throws {
    #expect(try run(ExperimentText.trajectory, threads: 2).isEmpty)
    #expect(try run.files() == ["states.npy", "times.csv", "manifest.json"])
    #expect(try run.contents("times.csv") == "time\n0\n0.5\n1\n")
    let states = try TestData.numbers(inNumPyFile: run.out + "/states.npy")
    // replica, snapshot, particle
    #expect(states.count == 3 * 3 * 2)
    let engine = try CoupledSystems(
      model: SineInteraction(theta: 1, coupling: 2, initial: .constant(0.5)), noise: LevyNoise(law: .brownian),
      horizon: 1, systems: [.init(particles: 2, steps: 4)], seed: 1)
    for replica in 0..<3 {
      let path = try engine.path(replica: UInt32(replica))
      #expect(Array(states[6 * replica..<6 * replica + 6]) == [0, 2, 4].flatMap { path[$0].map { $0[0] } })
    }
  }

  /// Single precision writes the numbers that it has, in the format of double precision.
  @Test func filesOfATrajectoryInSinglePrecision() throws {
    let file = run.out + "/states.npy"
    _ = try run(ExperimentText.trajectory)
    let double = try TestData.numbers(inNumPyFile: file)
    _ = try run(ExperimentText.trajectory, overrides: ["study.precision=single"], force: true)
    let single = try TestData.numbers(inNumPyFile: file)
    let header = String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: file)).prefix(128).dropFirst(10), as: UTF8.self)
    #expect(header.contains("'descr': '<f8'") && header.contains("'shape': (3, 3, 2, 1,)"))
    #expect(single.count == double.count && single != double)
    for (a, b) in zip(single, double) { #expect(a == Double(Float(a)) && abs(a - b) < 1e-5 * max(1, abs(b))) }
  }

  @Test func severalTrajectories() throws {
    _ = try run(ExperimentText.trajectory.replacing("coupling = 2", with: "coupling = [2, 3]"))
    #expect(try run.files() == ["states-0.npy", "states-1.npy", "combinations.csv", "times.csv", "manifest.json"])
    #expect(
      try run.contents("combinations.csv") == "index,model,law,shape,alpha,scale,setting\n"
        + "0,sine-interaction,brownian,independent,,1,coupling=2\n1,sine-interaction,brownian,independent,,1,coupling=3\n"
    )
    let states = try (0..<2).map { try TestData.numbers(inNumPyFile: run.out + "/states-\($0).npy") }
    #expect(states[0].count == 18 && states[1].count == 18 && states[0] != states[1])
  }

  @Test func outputWeightsOfANetwork() throws {
    let model = "name = \"two-layer-network\"\nactivation = \"tanh\"\nloss = \"cross-entropy\"\noutput-initial = 0.25"
    let text = ExperimentText.trajectory.replacing(
      "name = \"sine-interaction\"\ntheta = 1\ncoupling = 2\ninitial = 0.5", with: model)
    _ = try run(text + "\n[data]\nname = \"digits\"\nrows = 20")
    #expect(try run.files() == ["states.npy", "output-weights.npy", "times.csv", "manifest.json"])
    #expect(try TestData.numbers(inNumPyFile: run.out + "/states.npy").count == 3 * 3 * 2 * 64)
    #expect(
      try TestData.numbers(inNumPyFile: run.out + "/output-weights.npy") == Array(repeating: 0.25, count: 3 * 2 * 10))
  }

  // MARK: - Directories

  @Test func anExistingRunIsKeptUnlessForced() throws {
    _ = try run(ExperimentText.trajectory)
    try "mine".write(toFile: run.out + "/notes.txt", atomically: true, encoding: .utf8)
    let before = try run.contents("manifest.json")
    #expect(throws: SimulationError.outputExists(path: run.out)) { try run(Self.chaos) }
    #expect(try run.contents("manifest.json") == before)
    _ = try run(Self.chaos, force: true)
    // The files of the run before are gone, and nothing else.
    #expect(
      try run.files() == [
        "curve.csv", "rates.csv", "slopes.csv", "replicas.csv", "tails.csv", "manifest.json", "notes.txt",
      ])
  }

  /// A manifest that another hand has written cannot make `force` reach out of the directory.
  @Test(arguments: ["..", ".", "../keep.txt"])
  func forceRemovesNothingElsewhere(name: String) throws {
    let kept = try run.directory.file("keep.txt", "mine")
    try FileManager.default.createDirectory(atPath: run.out, withIntermediateDirectories: true)
    try "{\"file-checksums\": {\"\(name)\": \"\"}}".write(
      toFile: run.out + "/manifest.json", atomically: true, encoding: .utf8)
    _ = try run(Self.chaos, force: true)
    #expect(FileManager.default.fileExists(atPath: kept))
  }

  @Test func unwritableDirectories() throws {
    let file = try run.directory.file("file", "")
    let experiment = try Experiment(Self.chaos)
    #expect {
      try ExperimentRun(experiment, directory: file + "/out", threads: 1)
    } throws: {
      if case SimulationError.unwritable(file + "/out", _) = $0 { true } else { false }
    }
    #expect(throws: SimulationError.outputExists(path: file)) {
      try ExperimentRun(experiment, directory: file, threads: 1)
    }
  }

  @Test func nothingIsMadeForWhatDoesNotFitTheMemory() throws {
    let experiment = try Experiment(Self.chaos, overrides: ["study.particles=[2, 4, 4294967295]"])
    #expect(throws: SimulationError.self) {
      try ExperimentRun(experiment, directory: run.out, threads: 8)
    }
    #expect(!FileManager.default.fileExists(atPath: run.out))
  }
}
