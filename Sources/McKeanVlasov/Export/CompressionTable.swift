import Foundation

/// `compression.csv`: one row per system, criterion and threshold.
public enum CompressionTable {
  /// The names of the columns, with the end of the line.
  public static let header =
    "study,model,data,n,law,shape,alpha,scale,setting,dt,batch,replica,steps,criterion,threshold,pruned_fraction,"
    + "relative_error,baseline_pruned_fraction,noise_pruned_fraction,train_accuracy_before,train_accuracy_after,"
    + "test_accuracy_before,test_accuracy_after,train_loss_before,train_loss_after,test_loss_before,test_loss_after,"
    + "tail_index\n"

  /// The rows of one width, system by system; one that is no longer finite has empty results.
  ///
  /// - Parameter data: what the table calls the data, empty where there are none.
  public static func rows(
    _ systems: [CompressibilityStudy.PrunedSystem], of study: CompressibilityStudy, _ label: CurveLabel, data: String
  ) -> String {
    let batch = (study.model as? TwoLayerNetwork).map { $0.batchSize.map(String.init) ?? "full" } ?? ""
    return systems.flatMap { system in
      study.prunings.enumerated().map { index, pruning in
        let result = system.results.isEmpty ? nil : system.results[index]
        let (train, test) = (system.before.train, system.before.test)
        return CSV.row(
          [label.study.rawValue, label.model, CSV.field(data), "\(system.particles)"] + label.noiseFields + [
            CSV.field(system.step), batch, "\(system.replica)", "\(system.steps)", pruning.criterion.rawValue,
            CSV.field(pruning.threshold), CSV.field(result?.prunedFraction), rounded(result?.relativeError),
            CSV.field(result?.baselinePrunedFraction), CSV.field(result?.noisePrunedFraction),
            CSV.field(train?.accuracy), CSV.field(result?.train?.accuracy), CSV.field(test?.accuracy),
            CSV.field(result?.test?.accuracy), rounded(train?.loss), rounded(result?.train?.loss), rounded(test?.loss),
            rounded(result?.test?.loss), rounded(system.tailIndex),
          ])
      }
    }.joined()
  }

  /// Ten significant digits: sums that another program takes in another order round to the same.
  private static func rounded(_ number: Double?) -> String {
    guard let number, number.isFinite else { return "" }
    return String(format: "%.10g", number)
  }
}

/// `compression-summary.csv`: what the replicas of a setting say together.
public enum CompressionSummaryTable {
  /// The names of the columns, with the end of the line.
  public static let header =
    "study,model,data,n,law,shape,alpha,scale,setting,criterion,threshold,replicas,nonfinite,collapsed,"
    + "pruned_fraction_median,pruned_fraction_min,pruned_fraction_max,pruned_fraction_mean,pruned_fraction_sd,"
    + "baseline_pruned_fraction_median,noise_pruned_fraction_median,relative_error_median,steps_median,"
    + "train_accuracy_before_median,train_accuracy_after_median,test_accuracy_before_median,test_accuracy_after_median\n"

  public static func row(_ summary: CompressionSummary, data: String) -> String {
    let (label, pruned) = (summary.label, summary.prunedFraction)
    return CSV.row(
      [label.study.rawValue, label.model, CSV.field(data), "\(summary.particles)"] + label.noiseFields + [
        summary.pruning.criterion.rawValue, CSV.field(summary.pruning.threshold), "\(summary.replicas)",
        "\(summary.nonFinite)", "\(summary.collapsed)", CSV.field(pruned?.median), CSV.field(pruned?.smallest),
        CSV.field(pruned?.largest), CSV.field(pruned?.mean), CSV.field(pruned?.deviation),
        CSV.field(summary.baselineMedian), CSV.field(summary.noiseMedian), CSV.field(summary.relativeErrorMedian),
        CSV.field(summary.stepsMedian), CSV.field(summary.trainAccuracyBeforeMedian),
        CSV.field(summary.trainAccuracyAfterMedian),
        CSV.field(summary.testAccuracyBeforeMedian), CSV.field(summary.testAccuracyAfterMedian),
      ])
  }
}
