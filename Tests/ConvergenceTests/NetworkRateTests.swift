import Foundation
import McKeanVlasov
import Testing

/// The rates of networks: features that are bounded and features of linear growth are told apart.
@Suite struct NetworkRateTests {
  /// The curve of the terminal error at p = 0.5 of a network on eight points in the plane, with noise at α = 1.5 that
  /// outweighs the initial values.
  private func result(activation: String, time: String, study: String) throws -> RateResult {
    try Files.withTemporaryDirectory { directory in
      let path = directory + "/two-classes.csv"
      try Files.writeTwoClasses(to: path, rows: 8, dimension: 2)
      let experiment = try Experiment(
        text: """
          [data]
          train = "\(path)"
          [model]
          name = "two-layer-network"
          activation = "\(activation)"
          loss = "squared"
          [noise]
          law = "stable"
          alpha = 1.5
          scale = 1
          [time]
          horizon = 1
          \(time)
          [study]
          \(study)
          """, name: "network")
      let results = try ExperimentRun(experiment, directory: directory + "/run").run()
      return try #require(results.first { $0.curve.metric == .terminal })
    }
  }

  private func chaos(_ activation: String) throws -> RateResult {
    try result(
      activation: activation, time: "steps = 8",
      study: """
        kind = "chaos"
        particles = { from = 32, to = 512 }
        replicas = 640
        """)
  }

  @Test func linearFeaturesHaveTheRateOfHeavyTails() throws {
    let result = try chaos("relu")
    let (claim, rate) = (try #require(result.claim), try #require(result.fitted))
    #expect(abs(claim.exponent + 1.0 / 3) < 1e-12)
    #expect(claim.alternative == -0.5)
    #expect(result.verdict == .agrees)
    #expect(!rate.interval.contains(-0.5))
  }

  @Test func boundedFeaturesHaveTheRateOneHalf() throws {
    let result = try chaos("tanh")
    let (claim, rate) = (try #require(result.claim), try #require(result.fitted))
    #expect(claim.exponent == -0.5)
    #expect(abs(try #require(claim.alternative) + 1.0 / 3) < 1e-12)
    #expect(result.verdict == .agrees)
    #expect(!rate.interval.contains(-1.0 / 3))
  }

  /// The drift of a ReLU network jumps: no strong rate is known, so none is claimed.
  @Test(arguments: ["relu", "tanh"]) func discontinuousDriftHasNoClaimOnItsStrongError(activation: String) throws {
    let result = try result(
      activation: activation, time: "steps = { from = 8, to = 32 }",
      study: """
        kind = "strong"
        particles = 16
        replicas = 16
        """)
    #expect(result.fitted != nil)
    #expect((result.claim == nil) == (activation == "relu"))
    #expect((result.verdict == nil) == (activation == "relu"))
    let fields = RateTable.row(result).dropLast().split(separator: ",", omittingEmptySubsequences: false)
    let columns = RateTable.header.dropLast().split(separator: ",")
    for column in ["theory", "claim", "verdict", "source"] {
      let index = try #require(columns.firstIndex { $0 == column })
      #expect(fields[index].isEmpty == (activation == "relu"), "\(column)")
    }
  }
}
