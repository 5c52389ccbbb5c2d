/// `curve.csv` and `surface.csv`: one row per estimate.
public enum CurveTable {
  /// The names of the columns, with the end of the line.
  public static let header =
    "study,model,law,shape,alpha,scale,setting,metric,p,n,steps,dt,replicas,nonfinite,value,ci_low,ci_high,estimator\n"

  /// Level by level.
  public static func rows(_ curve: ErrorCurve, _ label: CurveLabel) -> String {
    zip(curve.levels, curve.estimates()).map { level, estimate in
      CSV.row(
        label.fields + [
          curve.metric.rawValue, CSV.field(curve.p), "\(level.particles)", "\(level.steps)", CSV.field(level.step),
          "\(curve.replicas)", "\(curve.nonFiniteReplicas.count)", CSV.field(estimate.value),
          CSV.field(estimate.interval?.lowerBound), CSV.field(estimate.interval?.upperBound),
          estimate.estimator.rawValue,
        ])
    }.joined()
  }
}
