import Foundation
import McKeanVlasov
import Testing
import mckean

/// `mckean verify` as a user runs it, on a few claims.
struct VerifyTests {
  private static let columns =
    "claim,source,model,law,alpha,metric,p,theory,measured,ci_low,ci_high,margin,p_value,level,verdict,seconds"

  @Test func claimsThatHoldEndWithZero() throws {
    let mckean = try Mckean()
    let answer = try mckean("verify", "--quick", "--filter", "alpha=0.8")
    #expect(answer.exitCode == 0)
    #expect(answer.output.contains("2 of 2 claims hold"))
    #expect(answer.output.hasSuffix("written to out/verify/claims.csv\n"))
    #expect(answer.errorLines.count == 2)
    #expect(answer.errorLines.last == "2 of 2 claims, exact-law/tail/alpha=0.8: agrees")
    let table = try mckean.table("out/verify/claims.csv")
    #expect(table.header == Self.columns)
    #expect(
      table.values("claim", "law", "alpha", "theory", "verdict") == [
        ["exact-law/draws/alpha=0.8", "stable", "0.8", "", "agrees"],
        ["exact-law/tail/alpha=0.8", "stable", "0.8", "", "agrees"],
      ])
    for row in table.rows {
      let (p, level) = (try #require(Double(row["p_value"]!)), try #require(Double(row["level"]!)))
      #expect(p > level && p <= 1 && level < 1e-3 && !row["source"]!.isEmpty && Double(row["seconds"]!)! > 0)
    }
  }

  /// The same rows for any number of threads, `seconds` aside; other ones with another seed.
  @Test func rowsDependOnTheSeedAlone() throws {
    let mckean = try Mckean()
    func rows(_ options: String...) throws -> [[String]] {
      let answer = try mckean.run(["verify", "--quick", "--filter", "limit/alpha=1.5", "--out", "v"] + options)
      #expect(answer.exitCode == 0)
      let table = try mckean.table("v/claims.csv")
      let names = ["exact-law/chaos-error/limit/alpha=1.5", "chaos/kuramoto/limit/alpha=1.5/terminal"]
      #expect(table.rows.map { $0["claim"]! } == names)
      return table.rows.map { row in Self.columns.split(separator: ",").dropLast().map { row[String($0)]! } }
    }
    let one = try rows("--threads", "1")
    #expect(try rows("--threads", "3") == one)
    #expect(try rows("--seed", "2") != one)
  }

  /// What is printed of claims that do not hold, and that the exit code is then 1.
  @Test func claimsThatFailAreNamedWithWhatToDo() throws {
    func result(_ test: VerifiedClaim.Test, _ evidence: Evidence) throws -> ClaimResult {
      let claim = VerifiedClaim(
        name: "some/claim", source: "b", model: "", noise: try LevyNoise(law: .brownian), metric: "c", p: nil,
        test: test)
      return ClaimResult(claim, evidence, level: 1e-4, seconds: 1)
    }
    let holds = try result(.exactLaw, .pValue(0.5))
    let failing = [
      (
        try result(.exactLaw, .pValue(1e-9)),
        "some/claim is violated: a right scheme fails this test with probability 1.0e-04"
      ),
      (
        try result(.equivalence(theory: 1, margin: 0.1), .estimate(2, standardError: 0.01, freedom: 15)),
        "some/claim is violated: the whole interval lies outside"
      ),
      (
        try result(.equivalence(theory: 1, margin: 0.1), .estimate(1, standardError: 1, freedom: 15)),
        "some/claim is inconclusive: the interval is neither inside nor outside"
      ),
      (try result(.exactLaw, .missing("a state is not finite")), "some/claim is inconclusive: a state is not finite"),
    ]
    #expect(VerificationReport([holds, holds], seconds: 1).holds)
    #expect(VerificationReport([holds], seconds: 1).text.hasSuffix("1 of 1 claims hold, 1 s\n"))
    for (result, says) in failing {
      let report = VerificationReport([holds, result], seconds: 1)
      #expect(!report.holds)
      #expect(report.text.contains("\n" + says), "\(report.text)")
      #expect(report.text.contains("mckean verify --seed 2 --filter some/claim"))
      #expect(report.text.contains("\n1 of 2 claims hold"))
    }
  }

  @Test(arguments: [
    (["verify", "--filter", "no-such-claim"], 65, "--filter: found \"no-such-claim\"; allowed: a part of the name"),
    (["verify", "--quick", "--filter", "exact-law/tail/alpha=1.2"], 65, "of the quick suite, as exact-law/draws"),
    (["verify", "--filter", "alpha=0.8", "--out", "/proc/nowhere"], 65, "/proc/nowhere"),
    (["verify", "--seed", "-1"], 64, "allowed: a whole number from 0 to 4294967295"),
    (["verify", "--out", ""], 64, "--out: found \"\""),
  ])
  func badInputGetsOneSentence(_ input: (arguments: [String], exitCode: Int32, says: String)) throws {
    let mckean = try Mckean()
    let answer = try mckean.run(input.arguments)
    #expect(answer.exitCode == input.exitCode)
    #expect(answer.output == "" && answer.errorLines.count == 1, "\(answer.error)")
    #expect(answer.error.contains(input.says), "\(answer.error)")
    #expect(mckean.files().isEmpty)
  }
}
