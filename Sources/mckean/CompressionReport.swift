import Foundation
import McKeanVlasov

/// What is pruned of each setting: a table for people, with its control beside it, and how often the order in α holds.
struct CompressionReport {
  private let summaries: [CompressionSummary]

  init(_ summaries: [CompressionSummary]) { self.summaries = summaries }

  var text: String {
    guard let first = summaries.first else { return "" }
    let models = summaries.map(\.label.model).withoutRepetitions.joined(separator: ", ")
    func title(_ what: String) -> String { "\(what) of \(models), \(first.replicas) replica(s): medians\n" }
    let byNorm = summaries.filter { $0.pruning.criterion == .squaredFrobenius }
    let byRatio = summaries.filter { $0.pruning.criterion == .ratio }
    return (byRatio.isEmpty ? "" : title("a given fraction pruned") + given(byRatio))
      + (byNorm.isEmpty ? "" : title("pruned fraction") + pruned(byNorm) + order)
  }

  /// What goes at a given relative error.
  private func pruned(_ summaries: [CompressionSummary]) -> String {
    let rows = summaries.map { summary -> [String] in
      let pruned = summary.prunedFraction
      return name(summary) + [
        decimals(pruned?.median), pruned.map { "\(decimals($0.smallest))–\(decimals($0.largest))" } ?? "",
        pruned.flatMap { pruned in pruned.deviation.map { "\(decimals(pruned.mean)) ± \(decimals($0))" } } ?? "",
        decimals(summary.baselineMedian), decimals(summary.noiseMedian),
      ] + accuracies(summary)
    }
    return table(
      ["n", "noise", "threshold", "pruned", "range", "mean ± sd", "control", "increments"] + accuracyNames, rows)
  }

  /// The error that a given fraction makes.
  private func given(_ summaries: [CompressionSummary]) -> String {
    table(
      ["n", "noise", "fraction", "relative error"] + accuracyNames,
      summaries.map { name($0) + [decimals($0.relativeErrorMedian)] + accuracies($0) })
  }

  private func name(_ summary: CompressionSummary) -> [String] {
    ["\(summary.particles)", RateReport.noise(summary.label), RateReport.decimals(summary.pruning.threshold, 3)]
  }

  private let accuracyNames = ["test accuracy", "then", "train accuracy", "then", "steps", "collapsed", "nonfinite"]

  /// Before pruning, then after.
  private func accuracies(_ summary: CompressionSummary) -> [String] {
    [
      decimals(summary.testAccuracyBeforeMedian), decimals(summary.testAccuracyAfterMedian),
      decimals(summary.trainAccuracyBeforeMedian), decimals(summary.trainAccuracyAfterMedian),
      summary.stepsMedian.map { RateReport.decimals($0, 0) } ?? "", "\(summary.collapsed)", "\(summary.nonFinite)",
    ]
  }

  /// The columns that say something.
  private func table(_ names: [String], _ rows: [[String]]) -> String {
    let shown = names.indices.filter { column in rows.contains { !["", "0"].contains($0[column]) } }
    return textTable(shown.map { names[$0] }, rows.map { row in shown.map { row[$0] } })
  }

  private func decimals(_ number: Double?) -> String { number.map { RateReport.decimals($0, 3) } ?? "" }

  /// In how many replicas the pruned fraction falls from the smallest α to the largest, and to none; and the control's.
  /// Brownian noise has no place in it: it is another scale's α = 2.
  private var order: String {
    struct Setting: Hashable {
      let model, shape, setting: String
      let scale: Double
      let particles: Int
      let threshold: Double
    }
    let byNorm = summaries.filter { $0.pruning.criterion == .squaredFrobenius }
    let noisy = byNorm.filter { if case .stable = $0.label.noise.law { true } else { false } }
    var lines = ""
    var seen: Set<Setting> = []
    for summary in noisy {
      func setting(_ other: CompressionSummary) -> Setting {
        Setting(
          model: other.label.model, shape: other.label.noise.shape.rawValue, setting: other.label.setting,
          scale: other.label.noise.scale, particles: other.particles, threshold: other.pruning.threshold)
      }
      let own = setting(summary)
      guard seen.insert(own).inserted else { continue }
      let alike = noisy.filter { setting($0) == own }.sorted { $0.label.noise.alpha < $1.label.noise.alpha }
      let without = byNorm.filter {
        $0.label.noise.law == .none && $0.particles == own.particles && $0.label.model == own.model
          && $0.label.setting == own.setting && $0.pruning.threshold == own.threshold
      }
      let compared = alike + without
      guard compared.count > 1 else { continue }
      let varied = own.setting.isEmpty ? "" : ", \(own.setting)"
      lines +=
        "n = \(own.particles), \(own.shape), scale = \(own.scale)\(varied), threshold \(own.threshold): "
        + "\(compared.map(Self.word).joined(separator: " > ")) in \(CompressionSummary.ordered(compared)) of "
        + "\(summary.replicas) replicas, of the control in "
        + "\(CompressionSummary.ordered(compared, by: \.baselinePrunedFractions))\n"
    }
    return lines
  }

  private static func word(_ summary: CompressionSummary) -> String {
    if case .stable(let alpha) = summary.label.noise.law { "\(alpha)" } else { "none" }
  }
}
