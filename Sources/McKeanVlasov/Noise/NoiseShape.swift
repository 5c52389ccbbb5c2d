/// How the coordinates of one particle's noise increment depend on each other.
public enum NoiseShape: String, Sendable, CaseIterable {
  /// Independent SαS coordinates.
  case independent
  /// One SαS number for all coordinates.
  case shared
  /// √(2A)·N(0, I) with A positive (α/2)-stable: rotation invariant, each coordinate SαS.
  case isotropic
}
