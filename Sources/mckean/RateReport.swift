import Foundation
import McKeanVlasov

/// The fitted rates as a table for people, and notes on curves that have none.
struct RateReport {
  private let results: [RateResult]

  init(_ results: [RateResult]) { self.results = results }

  var text: String {
    guard let first = results.first else { return "" }
    let header = ["noise", "metric", "p", "slope", "95 % interval", "theory", "margin", "verdict"]
    let rows = results.map(Self.row)
    let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max()! }
    var text = "\(first.curve.variable == .n ? "chaos" : "strong error") of \(first.label.model): "
    text += "error ≈ constant · \(first.curve.variable.rawValue)^slope, \(first.curve.variable.rawValue) = "
    text +=
      first.curve.abscissae.map { String(format: first.curve.variable == .n ? "%.0f" : "%.4g", $0) }.joined(
        separator: ", ") + "\n"
    for row in [header] + rows {
      let line = zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
      text += line.trimmingCharacters(in: .whitespaces) + "\n"
    }
    return text + notes.map { "note: \($0)\n" }.joined()
  }

  private static func row(_ result: RateResult) -> [String] {
    let law = if case .stable(let alpha) = result.label.noise.law { "α=\(alpha)" } else { "brownian" }
    let noise =
      "\(law) \(result.label.noise.shape.rawValue) σ=\(result.label.noise.scale)"
      + (result.label.setting.isEmpty ? "" : " \(result.label.setting)")
    let rate = result.fitted
    return [
      noise, result.curve.metric.rawValue, result.curve.p.map { "\($0)" } ?? "",
      rate.map { decimals($0.slope, 3) } ?? "-",
      rate.map { "[\(decimals($0.interval.lowerBound, 3)), \(decimals($0.interval.upperBound, 3))]" } ?? "",
      result.claim.map { ($0.kind == .bound ? "at least " : "") + decimals($0.exponent, 3) } ?? "",
      result.claim.map { decimals($0.margin, 3) } ?? "", result.verdict?.rawValue ?? "",
    ]
  }

  /// Why curves have no rate, what was left out, and how many replicas were not finite.
  private var notes: [String] {
    var notes: [String] = []
    for result in results {
      if case .failure(let failure) = result.rate {
        notes.append("\(result.curve.metric.rawValue) has no slope: \(failure.rawValue).")
      }
      let count = result.curve.nonFiniteReplicas.count
      if count > 0 {
        notes.append("\(count) of \(result.curve.replicas) replicas were not finite and are left out: inconclusive.")
      }
    }
    return notes.reduce(into: []) { unique, note in if !unique.contains(note) { unique.append(note) } }
  }

  private static func decimals(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }
}
