/// `observables.csv`: one row per replica, time and observable of a trajectory.
public enum ObservableTable {
  /// The names of the columns, with the end of the line.
  public static let header = "study,model,law,shape,alpha,scale,setting,replica,time,observable,value\n"

  /// - Parameter values: `[replica][snapshot][observable]`.
  public static func rows(_ values: [[[Double]]], of study: TrajectoryStudy, _ label: CurveLabel) -> String {
    let times = study.times.map { CSV.field($0) }
    let names = study.observables.map { CSV.field($0.name) }
    var text = ""
    for (replica, ofReplica) in values.enumerated() {
      for (time, ofSnapshot) in zip(times, ofReplica) {
        for (name, value) in zip(names, ofSnapshot) {
          text += CSV.row(label.fields + ["\(replica)", time, name, CSV.field(value)])
        }
      }
    }
    return text
  }
}
