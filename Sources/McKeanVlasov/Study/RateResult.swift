/// One fitted curve: its rate or why it has none, the claim on it and the verdict.
public struct RateResult: Sendable {
  public let label: CurveLabel
  public let curve: ErrorCurve
  public let rate: Result<ConvergenceRate, ConvergenceRate.Failure>
  public let claim: Claim?

  public init(_ curve: ErrorCurve, label: CurveLabel, claim: Claim?) {
    (self.label, self.curve, self.claim) = (label, curve, claim)
    rate = Result { () throws(ConvergenceRate.Failure) in try ConvergenceRate(fitting: curve) }
  }

  public var fitted: ConvergenceRate? { try? rate.get() }
  public var verdict: Verdict? {
    claim.map { Verdict(of: $0, on: fitted, in: curve.variable, nonFinite: curve.nonFiniteReplicas.count) }
  }
}
