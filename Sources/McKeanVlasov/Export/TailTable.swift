/// `tails.csv`: the tail index of the errors of the finest level.
public enum TailTable {
  /// The names of the columns, with the end of the line.
  public static let header =
    "study,model,law,shape,alpha,scale,setting,metric,variable,n,steps,errors,hill,hill_low,hill_high,"
    + "characteristic_function,cf_low,cf_high,heavy,theory\n"

  /// One row for each curve that has errors, which are those of a metric and a variable.
  ///
  /// - Complexity: that of `TailIndex`, for each row.
  public static func rows(_ curves: [ErrorCurve], _ label: CurveLabel) -> String {
    curves.filter { !$0.errors.isEmpty }.map { curve in
      let (level, index) = (curve.levels.last!, TailIndex(of: curve.errors))
      return CSV.row(
        label.fields + [
          curve.metric.rawValue, curve.variable.rawValue, "\(level.particles)", "\(level.steps)",
          "\(curve.errors.count)",
        ] + fields(index?.hill) + fields(index?.characteristicFunction) + [
          index?.isHeavy.map { "\($0)" } ?? "", CSV.field(curve.tailIndex),
        ])
    }.joined()
  }

  private static func fields(_ estimate: TailIndex.Estimate?) -> [String] {
    [estimate?.value, estimate?.interval.lowerBound, estimate?.interval.upperBound].map { CSV.field($0) }
  }
}
