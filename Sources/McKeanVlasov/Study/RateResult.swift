/// One fitted curve: its rate or why it has none, the claim on it and the verdict.
public struct RateResult: Sendable {
  /// Which curve it is.
  public let label: CurveLabel
  /// What was fitted.
  public let curve: ErrorCurve
  public let rate: Result<ConvergenceRate, ConvergenceRate.Failure>
  /// What theory says of the rate, nil where it says nothing.
  public let claim: Claim?

  /// Fits the curve.
  public init(_ curve: ErrorCurve, label: CurveLabel, claim: Claim?) {
    (self.label, self.curve, self.claim) = (label, curve, claim)
    rate = Result { () throws(ConvergenceRate.Failure) in try ConvergenceRate(fitting: curve) }
  }

  /// The rate, where there is one.
  public var fitted: ConvergenceRate? { try? rate.get() }
  /// The slopes between neighbouring levels; none where there is no rate.
  public var localSlopes: [LocalSlope] { (try? ConvergenceRate.localSlopes(of: curve)) ?? [] }
  /// Whether the coarsest levels are left out of the fit.
  public var isFittedInPart: Bool { fitted.map { $0.fitFrom != curve.abscissae.first } ?? false }
  /// What the rate says of the claim; nil without a claim.
  public var verdict: Verdict? {
    claim.map { Verdict(of: $0, on: fitted, in: curve.variable, nonFinite: curve.nonFiniteReplicas.count) }
  }
}
