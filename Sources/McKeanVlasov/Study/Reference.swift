/// What a level's error is measured against.
public enum Reference: Sendable, Hashable {
  /// The next level: the same rate as against the limit, and nothing to choose.
  case next
  /// One system of so many particles, or so many steps.
  case size(Int)
  /// Chaos only: one copy of the limit of the Euler chain, whose mean-field flow is known.
  case exact

  /// Checks the particles of one reference for all levels: at least 16 times the largest.
  static func requireParticles(_ size: Int, levels: [Int]) throws(SimulationError) {
    guard size / 16 >= levels.last! else {
      throw .invalidValue(
        parameter: "reference", found: "\(size)",
        allowed: "\"next\", \"exact\", or at least \(16 * levels.last!) particles (16 times the largest level)")
    }
    try SimulationError.requireCount(size, "reference")
  }
}
