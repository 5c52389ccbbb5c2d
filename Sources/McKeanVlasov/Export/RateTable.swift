/// `rates.csv`: one row per fitted curve.
public enum RateTable {
  public static let header =
    "study,model,law,shape,alpha,scale,setting,metric,p,variable,slope,ci_low,ci_high,constant,fit_from,fit_to,"
    + "curvature_p,theory,alternative,margin,claim,verdict,source\n"

  public static func row(_ result: RateResult) -> String {
    let (curve, rate, claim) = (result.curve, result.fitted, result.claim)
    return CSV.row(
      [curve.sweep.rawValue, result.label.model] + result.label.noiseFields + [
        curve.metric.rawValue, CSV.field(curve.p), result.variable.rawValue, CSV.field(rate?.slope),
        CSV.field(rate?.interval.lowerBound), CSV.field(rate?.interval.upperBound), CSV.field(rate?.constant),
        CSV.field(rate?.fitFrom), CSV.field(rate?.fitTo), CSV.field(rate?.curvaturePValue),
        CSV.field(claim?.exponent), CSV.field(claim?.alternative), CSV.field(claim?.margin),
        claim?.kind.rawValue ?? "", result.verdict?.rawValue ?? "", CSV.field(claim?.source ?? ""),
      ])
  }
}
