import Testing

/// Paths are never stored: memory has no factor of steps.
struct MemoryTests {
  /// The most memory of a trajectory of so many particles, and what `--dry-run` says that it takes.
  private static func ofTrajectory(particles: Int, precision: String) throws -> (peak: Double, announced: Double) {
    let mckean = try Mckean()
    try mckean.write(Sample.trajectory, to: "ou.toml")
    let settings = [
      "model.initial=1", "study.particles=\(particles)", "study.precision=\(precision)", "study.replicas=1",
      "study.snapshots=2", "time.steps=2",
    ]
    let arguments = ["run", "ou.toml", "--threads", "2", "--out", "o"] + settings.flatMap { ["--set", $0] }
    let announced = try #require(
      try mckean.run(arguments + ["--dry-run"]).output.firstMatch(of: /(\d+) MiB of states/).flatMap { Double($0.1) })
    // It is stopped before it computes the checksum of what it has written.
    let answer = try mckean.run(arguments, untilErrorHolds: "1 of 1 replicas")
    #expect(answer.exitCode == nil && answer.peakMegabytes > 0, "\(answer.error)")
    return (answer.peakMegabytes, announced * 1.048576)
  }

  /// Ten million particles: 80 MB of states, as much for a snapshot, and no more than was announced but for the program.
  @Test(arguments: [("double", 80.0), ("single", 40.0)])
  func tenMillionParticles(precision: String, states: Double) throws {
    let (peak, announced) = try Self.ofTrajectory(particles: 10_000_000, precision: precision)
    #expect(peak < 400)
    #expect(peak < announced + 40, "\(peak) MB, announced \(announced) MB")
    // The control: the states and a snapshot in double precision are there.
    #expect(peak > states + 80, "\(peak) MB")
  }

  /// `sine-chaos` with a million particles in its largest system, on two threads. Every replica takes the same memory, so
  /// the run is stopped when both threads have done one.
  private static func peakMegabytes(particles: String, steps: Int) throws -> Double {
    let mckean = try Mckean()
    let settings = ["study.particles=\(particles)", "noise.alpha=1.5", "study.replicas=8", "time.steps=\(steps)"]
    let answer = try mckean.run(
      ["run", "sine-chaos", "--threads", "2", "--out", "o"] + settings.flatMap { ["--set", $0] },
      untilErrorHolds: "2 of 8 replicas")
    #expect(answer.exitCode == nil && answer.peakMegabytes > 0, "\(answer.error)")
    return answer.peakMegabytes
  }

  @Test func memoryDoesNotGrowWithSteps() throws {
    let particles = "[250000,500000,1000000]"
    let few = try Self.peakMegabytes(particles: particles, steps: 10)
    let many = try Self.peakMegabytes(particles: particles, steps: 40)
    #expect(few < 200 && many < 200)
    #expect(abs(many - few) < 5, "\(few) MB, \(many) MB")
    // The control: half the particles are seen to take much less.
    #expect(try Self.peakMegabytes(particles: "[125000,250000,500000]", steps: 10) < few - 20)
  }
}
