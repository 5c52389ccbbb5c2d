/// The exponent between two neighbouring levels of an error curve, log(E'/E) / log(x'/x), with its 95 % interval: Student's
/// over the groups of replicas, as that of the whole curve.
///
/// Where they drift from level to level, the curve is not asymptotic yet. Neighbours share a level, so that their errors
/// are not independent.
public struct LocalSlope: Sendable, Hashable {
  /// The coarser level and the finer one, in units of the variable.
  public let from, to: Double
  /// The exponent of n or of Δt.
  public let slope: Double
  public let interval: ClosedRange<Double>
}
