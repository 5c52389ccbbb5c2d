/// `slopes.csv`: one row per pair of neighbouring levels of a curve that has a rate.
public enum SlopeTable {
  /// The names of the columns, with the end of the line.
  public static let header =
    "study,model,law,shape,alpha,scale,setting,metric,p,variable,from,to,slope,ci_low,ci_high\n"

  /// Coarsest first; of all levels, those that the fit leaves out too.
  public static func rows(_ result: RateResult) -> String {
    let curve = result.curve
    return result.localSlopes.map { local in
      CSV.row(
        result.label.fields + [
          CSV.field(curve.metric.rawValue), CSV.field(curve.p), curve.variable.rawValue, CSV.field(local.from),
          CSV.field(local.to), CSV.field(local.slope), CSV.field(local.interval.lowerBound),
          CSV.field(local.interval.upperBound),
        ])
    }.joined()
  }
}
