/// `replicas.csv`: one row per replica and level, for statistics of the user's own.
public enum ReplicaTable {
  /// The names of the columns, with the end of the line.
  public static let header = "replica,law,shape,alpha,scale,setting,metric,p,n,steps,value\n"

  /// Replica by replica, each in the order of curves and levels.
  public static func rows(_ curves: [ErrorCurve], _ label: CurveLabel) -> String {
    var text = ""
    for replica in 0..<(curves.first?.replicas ?? 0) {
      for curve in curves {
        for (level, samples) in zip(curve.levels, curve.samples) {
          text += CSV.row(
            ["\(replica)"] + label.noiseFields + [
              curve.metric.rawValue, CSV.field(curve.p), "\(level.particles)", "\(level.steps)",
              CSV.field(samples[replica]),
            ])
        }
      }
    }
    return text
  }
}
