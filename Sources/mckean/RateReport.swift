import Foundation
import McKeanVlasov

/// The fitted rates as a table for people, and notes on curves that have none.
struct RateReport {
  private let results: [RateResult]

  init(_ results: [RateResult]) { self.results = results }

  var text: String {
    guard let first = results.first else { return "" }
    let variables = first.curve.sweep.variables
    let models = results.map(\.label.model).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    // columns that say the same in every row are left out
    let names = ["model", "noise", "metric", "p", "in", "slope", "95 % interval", "theory", "margin", "verdict"]
    func shown(_ row: [String]) -> [String] {
      zip(names, row).compactMap { name, cell in
        (name == "model" && models.count == 1) || (name == "in" && variables.count == 1) ? nil : cell
      }
    }
    let header = shown(names)
    let rows = results.map { shown(Self.row($0)) }
    let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max()! }
    let studyName =
      switch first.curve.sweep {
      case .chaos: "chaos"
      case .strong, .joint: "\(first.curve.sweep.rawValue) error"
      case .law: "distance of the law"
      }
    var text = "\(studyName) of \(models.joined(separator: ", ")): error ≈ "
    text +=
      variables.count == 1
      ? "constant · \(variables[0].rawValue)^slope" : "((constant · n^slope)^q + (constant · dt^slope)^q)^(1/q)"
    for variable in variables {
      let values = first.curve.abscissae(variable).reduce(into: [Double]()) { if !$0.contains($1) { $0.append($1) } }
      text += ", \(variable.rawValue) = "
      text += values.map { String(format: variable == .n ? "%.0f" : "%.4g", $0) }.joined(separator: ", ")
    }
    text += "\n"
    for row in [header] + rows {
      let line = zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
      text += line.trimmingCharacters(in: .whitespaces) + "\n"
    }
    return text + balancedSteps + notes.map { "note: \($0)\n" }.joined()
  }

  private static func noise(_ result: RateResult) -> String {
    let law = if case .stable(let alpha) = result.label.noise.law { "α=\(alpha)" } else { "brownian" }
    return "\(law) \(result.label.noise.shape.rawValue) σ=\(result.label.noise.scale)"
      + (result.label.setting.isEmpty ? "" : " \(result.label.setting)")
  }

  private static func row(_ result: RateResult) -> [String] {
    let rate = result.fitted
    return [
      result.label.model, noise(result), result.curve.metric.rawValue, result.curve.p.map { "\($0)" } ?? "",
      result.variable.rawValue,
      rate.map { decimals($0.slope, 3) } ?? "-",
      rate.map { "[\(decimals($0.interval.lowerBound, 3)), \(decimals($0.interval.upperBound, 3))]" } ?? "",
      result.claim.map { ($0.kind == .bound ? "at least " : "") + decimals($0.exponent, 3) } ?? "",
      result.claim.map { decimals($0.margin, 3) } ?? "", result.verdict?.rawValue ?? "",
    ]
  }

  /// Where the two terms of a joint error are equal: C₁ n^{-a} = C₂ Δt^b at Δt = (C₁/C₂)^{1/b} n^{-a/b}.
  private var balancedSteps: String {
    let joint = results.filter { $0.curve.sweep == .joint }
    return zip(joint, joint.dropFirst()).compactMap { n, dt -> String? in
      guard n.variable == .n, dt.variable == .dt, let inN = n.fitted, let inStep = dt.fitted,
        inN.interval.upperBound < 0, inStep.interval.lowerBound > 0
      else { return nil }
      let constant = pow(inN.constant / inStep.constant, 1 / inStep.slope)
      return "\(Self.noise(n)), \(n.curve.metric.rawValue)\(n.curve.p.map { ", p = \($0)" } ?? ""): "
        + "balanced step dt = \(Self.decimals(constant, 3)) · n^\(Self.decimals(inN.slope / inStep.slope, 3))"
        + (inN.sumExponent.map { ", q = \(Self.decimals($0, 2))" } ?? "") + "\n"
    }.joined()
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
