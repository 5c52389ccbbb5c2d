import Foundation
import McKeanVlasov
import Testing

@Suite struct CSVTests {
  private static func label(
    _ law: LevyNoise.Law = .stable(alpha: 1.5), scale: Double = 1, setting: String = "", study: Experiment.Kind = .chaos
  ) throws -> CurveLabel {
    CurveLabel(
      study: study, model: "some-model", noise: try LevyNoise(law: law, scale: scale, shape: .shared), setting: setting)
  }

  // MARK: - Fields

  /// Doubles come back the same; whole numbers have no point, and what is missing is empty.
  @Test(arguments: [
    1.0 / 3, 0.1, 1e-300, .leastNonzeroMagnitude, 1.7976931348623157e308, 123456789.123456789, 1e15, 1e16,
    9007199254740994, 2, 0,
    -0.25,
  ])
  func doublesRoundTrip(value: Double) throws {
    let curve = ErrorCurve.made(replicas: 8) { _, _ in value }
    for row in ReplicaTable.rows([curve], try Self.label()).split(separator: "\n") {
      let fields = row.split(separator: ",", omittingEmptySubsequences: false)
      #expect(Double(fields[10]) == value && fields[4] == "1" && fields[5] == "")
    }
  }

  @Test(arguments: [
    ("coupling=2;activation=tanh", "coupling=2;activation=tanh"), ("", ""), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""),
    ("a\nb", "\"a\nb\""),
  ])
  func textIsQuotedWhereItMustBe(setting: String, field: String) throws {
    let curve = ErrorCurve.made(at: [16], replicas: 8) { _, _ in 1 }
    let rows = ReplicaTable.rows([curve], try Self.label(setting: setting))
    #expect(rows.hasPrefix("0,stable,shared,1.5,1,\(field),terminal"))
  }

  // MARK: - Tables

  @Test func headersAreTheContract() {
    #expect(
      CurveTable.header
        == "study,model,law,shape,alpha,scale,setting,metric,p,n,steps,dt,replicas,nonfinite,value,ci_low,"
        + "ci_high,estimator\n")
    #expect(
      RateTable.header == "study,model,law,shape,alpha,scale,setting,metric,p,variable,slope,ci_low,ci_high,constant,"
        + "fit_from,fit_to,curvature_p,theory,alternative,margin,claim,verdict,source\n")
    #expect(
      SlopeTable.header
        == "study,model,law,shape,alpha,scale,setting,metric,p,variable,from,to,slope,ci_low,ci_high\n")
    #expect(ReplicaTable.header == "replica,law,shape,alpha,scale,setting,metric,p,n,steps,value\n")
  }

  @Test func curveRows() throws {
    let curve = ErrorCurve.made(p: 0.5, at: [16, 32], replicas: 8) { level, _ in level == 0 ? 2 : 0.5 }
    #expect(
      CurveTable.rows(curve, try Self.label(setting: "coupling=2"))
        == "chaos,some-model,stable,shared,1.5,1,coupling=2,terminal,0.5,16,10,0.1,8,0,4,4,4,mean\n"
        + "chaos,some-model,stable,shared,1.5,1,coupling=2,terminal,0.5,32,10,0.1,8,0,0.25,0.25,0.25,mean\n")
    let heavy = ErrorCurve.made(in: .dt, p: 1, at: [4], replicas: 8, tailIndex: 1.5) { _, _ in 2 }
    #expect(
      CurveTable.rows(heavy, try Self.label(study: .strong))
        == "strong,some-model,stable,shared,1.5,1,,terminal,1,10,4,0.25,8,0,2,,,mean-no-interval\n")
    let median = ErrorCurve.made(p: nil, at: [4], replicas: 8, nonFinite: [3]) { _, _ in 2 }
    #expect(
      CurveTable.rows(median, try Self.label(.brownian, scale: 0.5))
        == "chaos,some-model,brownian,shared,,0.5,,terminal-median,,4,10,0.1,8,1,2,2,2,median\n")
    let none = ErrorCurve.made(at: [4], replicas: 8, nonFinite: Set(0..<8)) { _, _ in .nan }
    #expect(
      CurveTable.rows(none, try Self.label())
        == "chaos,some-model,stable,shared,1.5,1,,terminal,1,4,10,0.1,8,8,,,,mean\n")
  }

  /// Replica first, then the curves in their order, then the levels.
  @Test func replicaRows() throws {
    let first = ErrorCurve.made(at: [16, 32], replicas: 8) { level, replica in Double(10 * level + replica) }
    let second = ErrorCurve.made(p: nil, at: [16], replicas: 8) { _, replica in replica == 1 ? .nan : 0.5 }
    let lines = ReplicaTable.rows([first, second], try Self.label()).split(separator: "\n").map(String.init)
    #expect(lines.count == 24)
    #expect(
      Array(lines[3..<6]) == [
        "1,stable,shared,1.5,1,,terminal,1,16,10,1", "1,stable,shared,1.5,1,,terminal,1,32,10,11",
        "1,stable,shared,1.5,1,,terminal-median,,16,10,",
      ])
  }

  @Test func rateRows() throws {
    let claim = Claim(exponent: -0.5, alternative: -0.42, source: "Theorem 2, of \"somebody\"")
    let result = RateResult(.withSlope(-0.51 ... -0.49, in: .n), label: try Self.label(), claim: claim)
    let rate = try #require(result.fitted)
    let numbers = [rate.slope, rate.interval.lowerBound, rate.interval.upperBound, rate.constant]
    let expected =
      ["chaos", "some-model", "stable", "shared", "1.5", "1", "", "terminal", "1", "n"] + numbers.map { "\($0)" }
      + ["16", "128", "\(rate.curvaturePValue!)", "-0.5", "-0.42", "\(claim.margin)", "rate", "agrees"]
    #expect(RateTable.row(result) == expected.joined(separator: ",") + ",\"Theorem 2, of \"\"somebody\"\"\"\n")
  }

  /// Errors 8, 4, 1 at 4, 8, 16 in every group: exponents -1 and -2; a curve without a rate has no rows.
  @Test func slopeRows() throws {
    let curve = ErrorCurve.made(p: 0.5, at: [4, 8, 16], replicas: 8) { level, _ in
      [8, 4, 1].map { $0.squareRoot() }[level]
    }
    let rows = SlopeTable.rows(RateResult(curve, label: try Self.label(), claim: nil)).split(separator: "\n")
    let expected: [(ends: String, slope: Double)] = [("4,8", -1), ("8,16", -2)]
    #expect(rows.count == expected.count)
    for (row, (ends, slope)) in zip(rows, expected) {
      #expect(row.hasPrefix("chaos,some-model,stable,shared,1.5,1,,terminal,0.5,n,\(ends),"))
      for cell in row.split(separator: ",").suffix(3) { #expect(abs(Double(cell)! - slope) < 1e-12) }
    }
    let flat = RateResult(.made(replicas: 8) { _, _ in 0 }, label: try Self.label(), claim: nil)
    #expect(SlopeTable.rows(flat) == "")
  }

  @Test func ratesWithoutClaimOrSlope() throws {
    let unclaimed = RateResult(.withSlope(0.9...1.1, in: .dt), label: try Self.label(study: .joint), claim: nil)
    #expect(RateTable.row(unclaimed).hasSuffix(",,,,,,\n") && unclaimed.verdict == nil)
    #expect(RateTable.row(unclaimed).hasPrefix("joint,some-model,stable,shared,1.5,1,,terminal,1,dt,"))
    let flat = RateResult(
      .made(replicas: 8) { _, _ in 0 }, label: try Self.label(), claim: Claim(exponent: -0.5, source: "a theorem"))
    #expect(
      RateTable.row(flat)
        == "chaos,some-model,stable,shared,1.5,1,,terminal,1,n,,,,,,,,-0.5,,0.05,rate,inconclusive,a theorem\n")
  }
}
