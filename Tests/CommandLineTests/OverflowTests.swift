import Foundation
import Testing

/// Runs whose numbers leave the range of a double: they say so, count it, and go on.
struct OverflowTests {
  /// Replica, particle and step of each warning.
  private static func places(_ answer: Mckean.Answer) throws -> [(replica: Int, particle: Int, step: Int)] {
    try answer.errorLines.filter { $0.contains("warning") }.map { line in
      let match = try #require(
        line.wholeMatch(
          of:
            /mckean: warning: replica (\d+), particle (\d+) of the system with \d+ particles and \d+ steps: not a finite number after step (\d+); the replica is left out and counted as nonfinite/
        ), "\(line)")
      return (Int(match.1)!, Int(match.2)!, Int(match.3)!)
    }
  }

  /// Of the maximum over particles nothing is claimed in n.
  private static func verdict(_ row: [String: String]) -> String {
    row["metric"] == "particle-max" ? "" : "inconclusive"
  }

  private static func run(_ text: String, _ mckean: Mckean) throws -> Mckean.Answer {
    try mckean.write(text, to: "mine.toml")
    let answer = try mckean("run", "mine.toml", "--quiet", "--out", "o")
    #expect(answer.exitCode == 0, "\(answer.error)")
    return answer
  }

  @Test(arguments: ["theta = -1e200", "theta = 1e6"])
  func everyReplicaOverflows(theta: String) throws {
    let mckean = try Mckean()
    let answer = try Self.run(
      Sample.chaos.replacing("theta = 1.0", with: theta + "\ninitial = 1.0").replacing(
        "steps = 8", with: "steps = 400"),
      mckean)
    let places = try Self.places(answer)
    #expect(places.map(\.replica).sorted() == Array(0..<8))
    // theta² · 1e200 is beyond 1e308 in the second or third step; (1 - 1e6/400)^k is after some ninety steps.
    for place in places {
      #expect((0..<8).contains(place.particle))
      #expect(theta == "theta = 1e6" ? (60..<120).contains(place.step) : (2...3).contains(place.step))
    }
    for row in try mckean.table("o/curve.csv").rows {
      #expect(row["replicas"] == "8" && row["nonfinite"] == "8" && row["value"] == "" && row["ci_low"] == "")
    }
    for row in try mckean.table("o/rates.csv").rows {
      #expect(row["verdict"] == Self.verdict(row) && row["slope"] == "")
    }
    #expect(try mckean.table("o/replicas.csv").rows.allSatisfy { $0["value"] == "" })
    #expect(answer.output.contains("note: 8 of 8 replicas were not finite and are left out: inconclusive."))
  }

  /// A scale so large that one draw in some hundreds overflows: those replicas are left out at every level, the others stay.
  @Test func replicasThatStayFiniteAreKept() throws {
    let mckean = try Mckean()
    let text = Sample.chaos.replacing("replicas = 8", with: "replicas = 64")
    let answer = try Self.run(text.replacing("alpha = 1.5", with: "alpha = 1.5\nscale = 2e307"), mckean)
    let lost = try Self.places(answer).map(\.replica).sorted()
    #expect((1...32).contains(lost.count))
    let replicas = try mckean.table("o/replicas.csv")
    for row in replicas.rows { #expect((row["value"] == "") == lost.contains(Int(row["replica"]!)!)) }
    for row in try mckean.table("o/curve.csv").rows where row["p"] != "" {
      #expect(row["replicas"] == "64" && row["nonfinite"] == "\(lost.count)")
      let kept = replicas.rows(where: row.filter { ["metric", "p", "n"].contains($0.key) })
        .compactMap { Double($0["value"]!) }
      #expect(kept.count == 64 - lost.count)
      let mean = kept.reduce(0, +) / Double(kept.count)
      #expect(abs(Double(row["value"]!)! / (mean * mean) - 1) < 1e-12)
    }
    for row in try mckean.table("o/rates.csv").rows {
      #expect(row["verdict"] == Self.verdict(row) && row["slope"] != "")
    }
    // The control: a scale that loses none. The system is linear in the scale, so the replicas that were kept are the same.
    let whole = try Mckean()
    #expect(try Self.places(Self.run(text.replacing("alpha = 1.5", with: "alpha = 1.5\nscale = 1e3"), whole)).isEmpty)
    let scaled = try whole.table("o/replicas.csv")
    for (row, other) in zip(replicas.rows, scaled.rows) where row["value"] != "" && row["p"] == "0.5" {
      #expect(abs(Double(row["value"]!)! / Double(other["value"]!)! / pow(2e304, 0.5) - 1) < 1e-9)
    }
    #expect(try whole.table("o/curve.csv").rows.allSatisfy { $0["nonfinite"] == "0" })
  }

  /// The states are finite, but |e|^p is not.
  @Test func anErrorThatOverflowsCountsToo() throws {
    let mckean = try Mckean()
    let answer = try Self.run(
      Sample.chaos.replacing("alpha = 1.5", with: "alpha = 1.5\nscale = 1e250") + "p = 1.4\n", mckean)
    #expect(answer.errorLines.count == 8)
    for replica in 0..<8 {
      let warning =
        "mckean: warning: replica \(replica): an error is too large for a double; the replica is left out and counted "
        + "as nonfinite"
      #expect(answer.errorLines.contains(warning))
    }
    #expect(try mckean.table("o/curve.csv").rows.allSatisfy { $0["nonfinite"] == "8" })
  }

  @Test func aTrajectoryTellsWhereItOverflowsAndGoesOn() throws {
    let mckean = try Mckean()
    let answer = try Self.run(Sample.trajectory.replacing("theta = 1.0", with: "theta = -1e200"), mckean)
    #expect(answer.errorLines.count == 2)
    for replica in 0..<2 {
      let warning = "mckean: warning: replica \(replica), particle 0: not a finite number after step 2"
      #expect(answer.errorLines.contains(warning), "\(answer.error)")
    }
    let check = try mckean.output(
      of: "/usr/bin/python3", "-c",
      "import numpy as np; x = np.load('o/states.npy'); print(np.isfinite(x).all(axis=(0, 2, 3)))")
    #expect(check == "[ True False False]")
  }
}
