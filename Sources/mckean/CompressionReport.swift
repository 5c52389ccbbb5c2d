import Foundation
import McKeanVlasov

/// What is pruned of each setting: a table for people, with its control beside it, and how often the order in α holds.
struct CompressionReport {
  private let summaries: [CompressionSummary]

  init(_ summaries: [CompressionSummary]) { self.summaries = summaries }

  var text: String {
    guard let first = summaries.first else { return "" }
    let models = summaries.map(\.label.model).withoutRepetitions
    let rows = summaries.map { summary -> [String] in
      let pruned = summary.prunedFraction
      return [
        "\(summary.particles)", RateReport.noise(summary.label),
        "\(summary.pruning.criterion.rawValue) \(RateReport.decimals(summary.pruning.threshold, 3))",
        decimals(pruned?.median), pruned.map { "\(decimals($0.smallest))–\(decimals($0.largest))" } ?? "",
        pruned.flatMap { pruned in pruned.deviation.map { "\(decimals(pruned.mean)) ± \(decimals($0))" } } ?? "",
        decimals(summary.baselineMedian), decimals(summary.noiseMedian), decimals(summary.relativeErrorMedian),
        decimals(summary.testAccuracyBeforeMedian), decimals(summary.testAccuracyAfterMedian),
        "\(summary.collapsed)", "\(summary.nonFinite)",
      ]
    }
    let names = [
      "n", "noise", "criterion", "pruned", "range", "mean ± sd", "control", "noise alone", "relative error",
      "test accuracy", "pruned", "collapsed", "nonfinite",
    ]
    let shown = names.indices.filter { column in rows.contains { !["", "0"].contains($0[column]) } }
    return "pruned fraction of \(models.joined(separator: ", ")), \(first.replicas) replica(s): medians\n"
      + textTable(shown.map { names[$0] }, rows.map { row in shown.map { row[$0] } }) + order
  }

  private func decimals(_ number: Double?) -> String { number.map { RateReport.decimals($0, 3) } ?? "" }

  /// In how many replicas the pruned fraction falls from the smallest α to the largest, and to none.
  private var order: String {
    struct Setting: Hashable {
      let model, shape, setting: String
      let scale: Double
      let particles: Int
      let threshold: Double
    }
    let byNorm = summaries.filter { $0.pruning.criterion == .squaredFrobenius }
    let noisy = byNorm.filter { $0.label.noise.law != .none }
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
      lines +=
        "n = \(own.particles), \(own.shape): pruned fraction ordered \(compared.map(Self.word).joined(separator: " > ")) "
        + "in \(CompressionSummary.ordered(compared)) of \(summary.replicas) replicas\n"
    }
    return lines
  }

  private static func word(_ summary: CompressionSummary) -> String {
    switch summary.label.noise.law {
    case .stable(let alpha): "\(alpha)"
    case .brownian: "brownian"
    case .none: "none"
    }
  }
}
