import Testing

/// Paths are never stored: memory has no factor of steps.
struct MemoryTests {
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
