/// What a measured rate says of a claim, by equivalence: with more replicas it tends to the right one (docs/theory.md,
/// section 9).
public enum Verdict: String, Sendable {
  /// A rate: the whole interval lies within theory ± margin.
  case agrees
  /// A bound: the whole interval of the speed is at least the bound's speed less the margin.
  case boundHeld = "bound-held"
  /// The interval is disjoint from what is claimed.
  case violated
  /// Neither: more replicas or finer levels are needed, or a replica was not finite.
  case inconclusive

  /// - Parameters:
  ///   - rate: the measured rate, nil where there is none.
  ///   - nonFinite: replicas left out; any makes the verdict inconclusive.
  public init(of claim: Claim, on rate: ConvergenceRate?, in variable: ConvergenceVariable, nonFinite: Int) {
    guard let rate, nonFinite == 0 else {
      self = .inconclusive
      return
    }
    // The speed is positive where the error falls: -slope in n, slope in Δt.
    let sign = variable == .n ? -1.0 : 1.0
    let (slow, fast) =
      variable == .n
      ? (-rate.interval.upperBound, -rate.interval.lowerBound)
      : (rate.interval.lowerBound, rate.interval.upperBound)
    let speed = sign * claim.exponent
    switch claim.kind {
    case .rate:
      self =
        slow >= speed - claim.margin && fast <= speed + claim.margin
        ? .agrees : fast < speed - claim.margin || slow > speed + claim.margin ? .violated : .inconclusive
    case .bound:
      self = slow >= speed - claim.margin ? .boundHeld : fast < speed - claim.margin ? .violated : .inconclusive
    }
  }
}
