import Foundation
import Testing

/// A run that is killed leaves what it has done, and can be replaced.
struct InterruptionTests {
  /// Two combinations, of which the first takes no draws and is done long before the second.
  private static let text = Sample.chaos
    .replacing("coupling = 1.0", with: "coupling = 1.0\ninitial = { law = \"normal\" }")
    .replacing("alpha = 1.5", with: "alpha = 1.5\nscale = [0.0, 1.0]").replacing("steps = 8", with: "steps = 2000")
    .replacing("[2, 4, 8]", with: "[500, 1000, 2000]")

  @Test func theFirstCombinationStaysWhenTheSecondIsKilled() throws {
    let mckean = try Mckean()
    try mckean.write(Self.text, to: "mine.toml")
    let killed = try mckean.run(["run", "mine.toml", "--out", "o"], untilErrorHolds: "10 of 16 replicas")
    #expect(killed.exitCode == nil)
    #expect(!killed.error.contains("16 of 16"))
    #expect(
      mckean.files(in: "o") == ["curve.csv", "manifest.json", "rates.csv", "replicas.csv", "slopes.csv", "tails.csv"])
    // Three moments and two medians, two levels each, of the first combination alone.
    let curve = try mckean.table("o/curve.csv")
    #expect(curve.rows.count == 10)
    #expect(curve.rows.allSatisfy { $0["scale"] == "0" && Double($0["value"]!)! > 0 })
    #expect(try mckean.table("o/rates.csv").values("metric", "scale").count == 5)
    #expect(try mckean.table("o/replicas.csv").rows.count == 8 * 10)
    #expect(try mckean.text("o/curve.csv").hasSuffix("\n"))
    // The manifest tells that the run has not come to its end.
    let manifest = try #require(JSONSerialization.jsonObject(with: mckean.bytes("o/manifest.json")) as? [String: Any])
    #expect(manifest["wall-time-seconds"] == nil)
    #expect(manifest["seed"] as? Int == 1)

    try mckean.write(Sample.trajectory, to: "other.toml")
    let refused = try mckean("run", "other.toml", "--quiet", "--out", "o")
    #expect(refused.exitCode == 65 && refused.error.contains("o exists already"))
    let forced = try mckean("run", "other.toml", "--quiet", "--out", "o", "--force")
    #expect(forced.exitCode == 0, "\(forced.error)")
    #expect(mckean.files(in: "o") == ["manifest.json", "states.npy", "times.csv"])
  }

  @Test func aKilledTrajectoryIsReplacedToo() throws {
    let mckean = try Mckean()
    let trajectory = Sample.trajectory.replacing("particles = 5", with: "particles = 2000")
      .replacing("steps = 8", with: "steps = 2000").replacing("replicas = 2", with: "replicas = 20")
    try mckean.write(trajectory, to: "mine.toml")
    let killed = try mckean.run(["run", "mine.toml", "--out", "o"], untilErrorHolds: "2 of 20 replicas")
    #expect(killed.exitCode == nil)
    #expect(mckean.files(in: "o") == ["manifest.json", "states.npy"])
    try mckean.write(Sample.chaos, to: "other.toml")
    let forced = try mckean("run", "other.toml", "--quiet", "--out", "o", "--force")
    #expect(forced.exitCode == 0, "\(forced.error)")
    #expect(
      mckean.files(in: "o") == ["curve.csv", "manifest.json", "rates.csv", "replicas.csv", "slopes.csv", "tails.csv"])
  }
}
