/// One fitted curve, or one direction of a surface: its rate or why it has none, the claim on it and the verdict.
public struct RateResult: Sendable {
  public let label: CurveLabel
  public let curve: ErrorCurve
  public let variable: ConvergenceVariable
  public let rate: Result<ConvergenceRate, ConvergenceRate.Failure>
  public let claim: Claim?

  public init(_ curve: ErrorCurve, label: CurveLabel, claim: Claim?) {
    self.init(
      curve, label: label, claim: claim, variable: curve.sweep.variables[0],
      rate: Result { () throws(ConvergenceRate.Failure) in try ConvergenceRate(fitting: curve) })
  }

  private init(
    _ curve: ErrorCurve, label: CurveLabel, claim: Claim?, variable: ConvergenceVariable,
    rate: Result<ConvergenceRate, ConvergenceRate.Failure>
  ) {
    (self.label, self.curve, self.claim, self.variable, self.rate) = (label, curve, claim, variable, rate)
  }

  /// The results of a curve: one for each variable of its sweep.
  ///
  /// - Parameter claim: the claim in a variable.
  static func results(
    _ curve: ErrorCurve, label: CurveLabel, claim: (ConvergenceVariable) -> Claim?
  ) -> [RateResult] {
    guard curve.sweep == .joint else {
      return [RateResult(curve, label: label, claim: claim(curve.sweep.variables[0]))]
    }
    let rates = Result { () throws(ConvergenceRate.Failure) in try ConvergenceRate.joint(fitting: curve) }
    return [
      RateResult(curve, label: label, claim: claim(.n), variable: .n, rate: rates.map(\.n)),
      RateResult(curve, label: label, claim: claim(.dt), variable: .dt, rate: rates.map(\.dt)),
    ]
  }

  public var fitted: ConvergenceRate? { try? rate.get() }
  public var verdict: Verdict? {
    claim.map { Verdict(of: $0, on: fitted, in: variable, nonFinite: curve.nonFiniteReplicas.count) }
  }
}
