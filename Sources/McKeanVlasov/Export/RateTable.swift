/// `rates.csv`: one row per fitted curve.
public enum RateTable {
  /// The names of the columns, with the end of the line.
  public static let header =
    "study,model,law,shape,alpha,scale,setting,metric,p,variable,slope,ci_low,ci_high,constant,fit_from,fit_to,"
    + "curvature_p,theory,alternative,margin,claim,verdict,source\n"

  /// The row of one fitted curve.
  public static func row(_ result: RateResult) -> String {
    let curve = result.curve
    return row(
      result.label, metric: curve.metric.rawValue, p: curve.p, curve.variable, result.fitted, result.claim,
      result.verdict)
  }

  /// A weak rate; its metric is the observable.
  public static func row(_ rate: WeakRate, of study: ExpectationStudy, _ label: CurveLabel) -> String {
    row(
      label.adding(rate.setting(in: study)), metric: rate.observable.name, p: nil, rate.variable, rate.fitted,
      rate.claim, rate.verdict)
  }

  private static func row(
    _ label: CurveLabel, metric: String, p: Double?, _ variable: ConvergenceVariable,
    _ rate: ConvergenceRate?, _ claim: Claim?, _ verdict: Verdict?
  ) -> String {
    CSV.row(
      label.fields + [
        CSV.field(metric), CSV.field(p), variable.rawValue, CSV.field(rate?.slope),
        CSV.field(rate?.interval.lowerBound), CSV.field(rate?.interval.upperBound), CSV.field(rate?.constant),
        CSV.field(rate?.fitFrom), CSV.field(rate?.fitTo), CSV.field(rate?.curvaturePValue),
        CSV.field(claim?.exponent), CSV.field(claim?.alternative), CSV.field(claim?.margin),
        claim?.kind.rawValue ?? "", verdict?.rawValue ?? "", CSV.field(claim?.source ?? ""),
      ])
  }
}

extension WeakRate {
  /// The n of a rate in Δt, where a study has several, as the `setting` column names it.
  public func setting(in study: ExpectationStudy) -> [String] {
    particles.map { study.particles.count > 1 ? ["particles=\($0)"] : [] } ?? []
  }
}
