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
    let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max()! }
    let table = ([header] + rows).map { row in
      zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ").trimmingCharacters(in: .whitespaces) + "\n"
    }
    return
      "observables of \(study.particles) particles at time \(study.grid.horizon), \(study.replicas) replica(s); all "
      + "times are in observables.csv\n" + table.joined()
  }

  /// The mean, and its standard error where there are several numbers.
  private static func mean(_ values: [Double]) -> [String] {
    let mean = values.reduce(0, +) / Double(values.count)
    guard mean.isFinite else { return ["-", ""] }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (squares / Double(values.count * (values.count - 1))).squareRoot()
    return [String(format: "%.6g", mean), values.count > 1 ? String(format: "%.2g", error) : ""]
  }
}
