import Foundation
import McKeanVlasov
import Testing

/// Gradient descent without noise against a dense computation in NumPy, Tests/Reference/network.py.
@Suite struct NetworkReferenceTests {
  /// One line of the script, `activation;loss`: how far 50 steps are off, and how far the weights have moved, relative to the largest weight.
  private struct Comparison {
    let setting: String
    let difference: Double
    let movement: Double

    init(_ line: Substring) throws {
      let words = line.split(separator: " ")
      setting = String(words[0])
      (difference, movement) = (try #require(Double(words[1])), try #require(Double(words[2])))
    }
  }

  /// Runs 50 steps of every activation with the given losses, and compares.
  ///
  /// - Parameter replacing: a key of [model] that only the script replaces.
  private func comparisons(
    data: String, dataFile: String, losses: String, weightDecay: Double, replacing: String? = nil
  )
    throws -> [Comparison]
  {
    try Files.withTemporaryDirectory { directory in
      let experiment = try Experiment(
        text: """
          [data]
          \(data)
          [model]
          name = "two-layer-network"
          activation = ["tanh", "sigmoid", "erf", "softplus", "relu"]
          loss = \(losses)
          weight-decay = \(weightDecay)
          initial = { law = "normal", mean = 0.1, standard-deviation = 0.3 }
          [noise]
          law = "stable"
          alpha = 1.5
          scale = 0
          [time]
          horizon = 10
          steps = 50
          [study]
          kind = "trajectory"
          particles = 24
          replicas = 2
          snapshots = 11
          """, name: "network")
      _ = try ExperimentRun(experiment, directory: directory + "/run").run()
      let output = try Files.outputOfReference(
        "network.py", [directory + "/run", dataFile] + (replacing.map { ["--set", $0] } ?? []))
      return try output.split(separator: "\n").map(Comparison.init)
    }
  }

  private func digits(weightDecay: Double, replacing: String? = nil) throws -> [Comparison] {
    try comparisons(
      data: "name = \"digits\"\nrows = 60\nscaling = \"unit-interval\"", dataFile: Files.digits,
      losses: "[\"squared\", \"cross-entropy\"]", weightDecay: weightDecay, replacing: replacing)
  }

  @Test func squaredAndCrossEntropyOnDigits() throws {
    let comparisons = try digits(weightDecay: 0.05)
    #expect(Set(comparisons.map(\.setting)).count == 10)
    for comparison in comparisons {
      #expect(comparison.difference < 1e-10, "\(comparison)")
      #expect(comparison.movement > 0.1, "\(comparison)")
    }
  }

  @Test func logisticOnTwoClasses() throws {
    try Files.withTemporaryDirectory { directory in
      let path = directory + "/two-classes.csv"
      try Files.writeTwoClasses(to: path, rows: 40, dimension: 5)
      let comparisons = try comparisons(
        data: "train = \"\(path)\"", dataFile: path, losses: "\"logistic\"", weightDecay: 0)
      #expect(Set(comparisons.map(\.setting)).count == 5)
      for comparison in comparisons {
        #expect(comparison.difference < 1e-10, "\(comparison)")
        #expect(comparison.movement > 0.1, "\(comparison)")
      }
    }
  }

  /// The check fails for another weight decay, activation or loss, except where the run has that one too.
  @Test(arguments: ["weight-decay=0.0501", "activation=relu", "loss=squared"])
  func anotherModelDoesNotAgree(replacing: String) throws {
    let value = String(replacing.split(separator: "=").last!)
    for comparison in try digits(weightDecay: 0.05, replacing: replacing) {
      let isSame = comparison.setting.split(separator: ";").contains { $0 == value }
      #expect(isSame ? comparison.difference < 1e-10 : comparison.difference > 1e-5, "\(comparison)")
    }
  }
}
