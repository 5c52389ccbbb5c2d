/// `claims.csv`: one row per claim of the convergence test suite.
public enum ClaimTable {
  /// The names of the columns, with the end of the line.
  public static let header =
    "claim,source,model,law,alpha,metric,p,theory,measured,ci_low,ci_high,margin,p_value,level,verdict,seconds\n"

  /// The row of one claim.
  public static func row(_ result: ClaimResult) -> String {
    let claim = result.claim
    var (theory, margin): (Double?, Double?)
    if case .equivalence(let number, let allowed) = claim.test { (theory, margin) = (number, allowed) }
    let isNoisy = claim.noise.scale > 0
    let label = CurveLabel(study: .chaos, model: claim.model, noise: claim.noise)
    return CSV.row(
      [claim.name, claim.source, claim.model, isNoisy ? label.lawName : ""].map { CSV.field($0) } + [
        CSV.field(isNoisy ? label.alpha : nil), claim.metric, CSV.field(claim.p), CSV.field(theory),
        CSV.field(result.measured),
        CSV.field(result.interval?.lowerBound), CSV.field(result.interval?.upperBound), CSV.field(margin),
        CSV.field(result.pValue), CSV.field(result.level), result.verdict.rawValue, CSV.field(result.seconds),
      ])
  }
}
