import McKeanVlasov
import Testing

/// Theorems of the user's own, in `[[claim]]`.
@Suite struct StatedClaimTests {
  private static func experiment(_ claims: String, noise: String = "law = \"stable\"\nalpha = [1.5, 1.2]") throws
    -> Experiment
  {
    try Experiment(
      ExperimentText.chaos(noise: noise, study: "particles = [2, 4, 8]\nreplicas = 8\np = [0.5, 1]", rest: claims))
  }

  private static func message(_ claims: String) -> String? {
    do {
      _ = try experiment(claims)
      return nil
    } catch { return "\(error)" }
  }

  /// The claims on the curves of each combination, as metric, p, exponent.
  private static func exponents(_ experiment: Experiment) throws -> [String] {
    var result: [String] = []
    for combination in experiment.combinations {
      guard case .error(let study) = combination.study else { continue }
      for curve in try study.run(threads: 1) {
        let claim = experiment.claim(on: curve, of: combination)
        let p = curve.p.map { " p=\($0)" } ?? ""
        result.append("\(study.noise.alpha) \(curve.metric.rawValue)\(p): \(claim.map { "\($0.exponent)" } ?? "none")")
      }
    }
    return result
  }

  private static let terminal = """
    [[claim]]
    metric = "terminal"
    variable = "n"
    exponent = -0.25
    source = "Theorem 1"
    """

  @Test func aStatedClaimTakesThePlaceOfTheModels() throws {
    let experiment = try Self.experiment(Self.terminal)
    let models = "-0.5"
    #expect(
      try Self.exponents(experiment)
        == ["1.5", "1.2"].flatMap { alpha in
          [
            "\(alpha) terminal p=0.5: -0.25", "\(alpha) terminal p=1.0: -0.25", "\(alpha) grid-sup p=0.5: \(models)",
            "\(alpha) grid-sup p=1.0: \(models)", "\(alpha) particle-max p=0.5: none",
            "\(alpha) particle-max p=1.0: none", "\(alpha) terminal-median: \(models)",
            "\(alpha) grid-sup-median: \(models)",
          ]
        })
  }

  @Test func alphaShapeAndMomentLimitAClaim() throws {
    let experiment = try Self.experiment(
      Self.terminal + "\nalpha = 1.2\np = 1\n" + Self.terminal.replacing("-0.25", with: "-0.4")
        + "\nalpha = 1.5\nshape = \"independent\"")
    let found = try Self.exponents(experiment).filter { $0.contains("terminal p") }
    #expect(
      found == [
        "1.5 terminal p=0.5: -0.4", "1.5 terminal p=1.0: -0.4", "1.2 terminal p=0.5: -0.5", "1.2 terminal p=1.0: -0.25",
      ])
  }

  @Test func everyKeyOfAClaimIsRead() throws {
    let experiment = try Self.experiment(
      """
      [[claim]]
      metric = "terminal-median"
      variable = "n"
      exponent = -0.3
      kind = "bound"
      alternative = -0.5
      source = "Theorem 2.3, of one's own"
      """)
    let combination = experiment.combinations[0]
    let curves = try #require(experiment.errorStudies.first).run(threads: 1)
    let curve = try #require(curves.first { $0.metric == .terminalMedian })
    #expect(
      experiment.claim(on: curve, of: combination)
        == Claim(exponent: -0.3, kind: .bound, alternative: -0.5, source: "Theorem 2.3, of one's own"))
  }

  @Test func twoClaimsOnOneCurveAreRefused() {
    #expect(
      Self.message(Self.terminal + "\n" + Self.terminal + "\nalpha = 1.5")
        == "test, line 22, claim-2.metric: found a second claim on terminal; allowed: one claim a curve; limit them by "
        + "alpha, shape, scale or p.")
  }

  /// The key that no curve meets is named, and what the curves have.
  @Test(arguments: [
    ("alpha = 1.3", "claim.alpha", "1.5, 1.2"), ("p = 2", "claim.p", "0.5, 1.0"),
    ("shape = \"shared\"", "claim.shape", "independent"),
  ])
  func aClaimOnNoCurveIsRefused(limit: String, key: String, allowed: String) throws {
    let message = try #require(Self.message(Self.terminal + "\n" + limit))
    #expect(
      message.hasSuffix("\(key): found a claim that no curve of this experiment meets; allowed: \(allowed)."),
      "\(message)")
  }

  @Test func aClaimOnAMetricThatIsNotThere() throws {
    let message = try #require(Self.message(Self.terminal.replacing("\"terminal\"", with: "\"off-grid\"")))
    #expect(
      message.hasSuffix(
        "claim.metric: found a claim that no curve of this experiment meets; allowed: terminal, grid-sup, particle-max, "
          + "terminal-median, grid-sup-median."), "\(message)")
  }

  @Test(arguments: [
    ("variable = \"n\"", "variable = \"dt\"", "claim.variable: found \"dt\"; allowed: \"n\"."),
    ("metric = \"terminal\"", "metric = \"end\"", "claim.metric: found \"end\"; allowed: \"terminal\", \"grid-sup\""),
    ("source = \"Theorem 1\"", "", "claim.source: missing"),
    ("exponent = -0.25", "exponent = \"half\"", "claim.exponent: found \"half\""),
    (
      "exponent = -0.25", "exponent = -0.25\nkind = \"guess\"",
      "claim.kind: found \"guess\"; allowed: \"rate\", \"bound\"."
    ),
    ("exponent = -0.25", "exponent = -0.25\nslope = 1", "claim.slope: unknown key"),
    // no curve in n has an error between grid points
    ("metric = \"terminal\"", "metric = \"off-grid\"", "found a claim that no curve of this experiment meets"),
  ])
  func unsoundClaims(old: String, new: String, message: String) throws {
    let found = try #require(Self.message(Self.terminal.replacing(old, with: new)))
    #expect(found.contains(message), "\(found)")
  }
}
