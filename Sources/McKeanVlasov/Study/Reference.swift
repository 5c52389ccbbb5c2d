/// What a level's error is measured against.
public enum Reference: Sendable, Hashable {
  /// The next level: the same rate as against the limit, and nothing to choose.
  case next
  /// One system of so many particles, or so many steps.
  case size(Int)
  /// Chaos only: one copy of the limit of the Euler chain, whose mean-field flow is known.
  case exact
}
