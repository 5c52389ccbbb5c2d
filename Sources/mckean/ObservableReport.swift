import Foundation
import McKeanVlasov

/// The observables of trajectories at the last time as a table for people: the mean over replicas and its standard error.
struct ObservableReport {
  private let runs: [(label: CurveLabel, study: TrajectoryStudy, values: [[Double]])]

  /// - Parameter runs: combination by combination, `[replica][observable]`.
  init(_ runs: [(label: CurveLabel, study: TrajectoryStudy, values: [[Double]])]) { self.runs = runs }

  var text: String {
    guard let study = runs.first?.study else { return "" }
    let header = ["model", "noise", "observable", "mean", "standard error"]
    let rows = runs.flatMap { run in
      run.study.observables.indices.map { k in
        let values = run.values.map { $0[k] }
        return [run.label.model, RateReport.noise(run.label), run.study.observables[k].name] + Self.mean(values)
      }
    }
    return
      "observables of \(study.particles) particles at time \(study.grid.horizon), \(study.replicas) replica(s); all "
      + "times are in observables.csv\n" + textTable(header, rows)
  }

  /// The mean, and its standard error where there are several numbers.
  private static func mean(_ values: [Double]) -> [String] {
    var moments = SampleMoments()
    for value in values { moments.add(value) }
    guard moments.mean.isFinite else { return ["-", ""] }
    return [
      String(format: "%.6g", moments.mean), values.count > 1 ? String(format: "%.2g", moments.standardError) : "",
    ]
  }
}
