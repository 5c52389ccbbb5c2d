import Foundation
import McKeanVlasov

/// The claims as a table for people, and of those that do not hold what to do.
package struct VerificationReport {
  private let results: [ClaimResult]
  private let seconds: Double
  /// What runs the claims again with another seed.
  private let command: String

  package init(_ results: [ClaimResult], seconds: Double, quick: Bool = false, seed: UInt32 = 1) {
    (self.results, self.seconds) = (results, seconds)
    command = "mckean verify\(quick ? " --quick" : "") --seed \(seed &+ 1) --filter "
  }

  /// Whether every claim does.
  package var holds: Bool { results.allSatisfy { $0.verdict == .agrees } }

  package var text: String {
    let rows = results.map { result in
      let claim = result.claim
      var (theory, tested) = ("", result.pValue.map { String(format: "p-value %.3g", $0) } ?? "-")
      if case .equivalence(let number, let margin) = claim.test {
        theory = "\(Self.number(number)) ± \(margin < 1e-3 ? Self.small(margin) : Self.number(margin))"
        if let measured = result.measured, result.standardError == 0 {
          tested = Self.small(measured)
        } else if let interval = result.interval, let measured = result.measured {
          tested =
            "\(Self.number(measured)) [\(Self.number(interval.lowerBound)), \(Self.number(interval.upperBound))]"
        }
      }
      return [claim.name, theory, tested, result.verdict.rawValue, String(format: "%.1f", result.seconds)]
    }
    let count = results.count { $0.verdict == .agrees }
    return levels + textTable(["claim", "theory", "measured", "verdict", "seconds"], rows)
      + results.compactMap(advice).map { "\($0)\n" }.joined()
      + "\(count) of \(results.count) claims hold, \(String(format: "%.0f", seconds)) s\n"
  }

  /// What the table shows.
  private var levels: String {
    func level(_ isWanted: (VerifiedClaim.Test) -> Bool) -> String? {
      results.first { isWanted($0.claim.test) }.map { Self.small($0.level) }
    }
    let exact = level { $0 == .exactLaw }.map { "exact laws agree with a p-value of at least \($0)" }
    let equivalence = level { $0 != .exactLaw }.map {
      "numbers agree where the interval that misses with probability \($0) lies within theory ± margin"
    }
    return [exact, equivalence].compactMap { $0 }.joined(separator: "; ") + "\n"
  }

  private static func number(_ value: Double) -> String {
    // without the sign of a zero
    abs(value) < 5e-4 ? "0.000" : String(format: "%.3f", value)
  }

  private static func small(_ value: Double) -> String { String(format: "%.1e", value) }

  /// What to do about a claim that does not hold.
  private func advice(_ result: ClaimResult) -> String? {
    let claim = result.claim
    let again = command + claim.name
    switch (result.verdict, claim.test) {
    case (.violated, .exactLaw):
      return
        "\(claim.name) is violated: a right scheme fails this test with probability \(Self.small(result.level)); if it "
        + "fails with other seeds too (\(again)), this program draws or steps wrongly on this machine: please report it."
    case (.violated, .equivalence):
      return
        "\(claim.name) is violated: the whole interval lies outside what theory allows; if it does so with other seeds "
        + "too (\(again)), this program steps wrongly on this machine: please report it."
    case (.inconclusive, _):
      let problem = result.problem.map { "\($0)" } ?? "the interval is neither inside nor outside what theory allows"
      return
        "\(claim.name) is inconclusive: \(problem); a right scheme hardly ever ends so: try other seeds (\(again))."
    case (.agrees, _), (.boundHeld, _): return nil
    }
  }
}
