import Foundation
import McKeanVlasov

/// The fitted rates as a table for people, what they say of a surface, and notes on curves that have none.
struct RateReport {
  private let results: [RateResult]
  private let surfaces: [(label: CurveLabel, curve: ErrorCurve)]
  private let stopping: StoppingRule?

  init(_ results: [RateResult], surfaces: [(label: CurveLabel, curve: ErrorCurve)], stopping: StoppingRule?) {
    (self.results, self.surfaces, self.stopping) = (results, surfaces, stopping)
  }

  var text: String {
    guard let first = results.first else { return "" }
    let ladders = results.reduce(into: [ErrorCurve]()) { ladders, result in
      if !ladders.contains(where: { $0.variable == result.curve.variable }) { ladders.append(result.curve) }
    }
    let models = results.map(\.label.model).withoutRepetitions
    // columns that say the same in every row are left out
    let names = ["model", "noise", "metric", "p", "variable", "slope", "95 % interval", "theory", "margin", "verdict"]
    func shown(_ row: [String]) -> [String] {
      zip(names, row).compactMap { name, cell in
        (name == "model" && models.count == 1) || (name == "variable" && ladders.count == 1) ? nil : cell
      }
    }
    let beginning =
      switch first.label.study {
      case .chaos: "chaos of"
      case .law: "distance of the law of"
      case .compressibility: "relative error of pruned"
      default: "\(first.label.study.rawValue) error of"
      }
    var text = "\(beginning) \(models.joined(separator: ", "))"
    for curve in ladders {
      let variable = curve.variable.rawValue
      text +=
        "\(curve.variable == ladders[0].variable ? ":" : ";") error ≈ constant · \(variable)^slope, \(variable) = "
      text += curve.abscissae.map { String(format: curve.variable == .n ? "%.0f" : "%.4g", $0) }.joined(separator: ", ")
      guard ladders.count > 1 else { continue }
      // the other variable is where its ladder closes
      text +=
        curve.variable == .n
        ? String(format: " at dt = %.4g", curve.levels[0].step) : " at n = \(curve.levels[0].particles)"
    }
    text += "\n" + textTable(shown(names), results.map { shown(Self.row($0)) })
    return text + surfaces.map(describe).joined() + notes.map { "note: \($0)\n" }.joined()
  }

  /// The noise and what else varies, in the words of the experiment file.
  static func noise(_ label: CurveLabel) -> String {
    let law: String
    switch label.noise.law {
    case .stable(let alpha): law = "alpha=\(alpha)"
    case .brownian: law = "brownian"
    case .none: return "none" + (label.setting.isEmpty ? "" : " \(label.setting)")
    }
    return "\(law) \(label.noise.shape.rawValue) scale=\(label.noise.scale)"
      + (label.setting.isEmpty ? "" : " \(label.setting)")
  }

  private static func row(_ result: RateResult) -> [String] {
    let rate = result.fitted
    return [
      result.label.model, noise(result.label), result.curve.metric.rawValue, result.curve.p.map { "\($0)" } ?? "",
      result.curve.variable.rawValue,
      rate.map { decimals($0.slope, 3) } ?? "-",
      rate.map { "[\(decimals($0.interval.lowerBound, 3)), \(decimals($0.interval.upperBound, 3))]" } ?? "",
      result.claim.map { Self.sense(of: $0, in: result.curve.variable) + decimals($0.exponent, 3) } ?? "",
      result.claim.map { decimals($0.margin, 3) } ?? "", result.verdict?.rawValue ?? "",
    ]
  }

  /// A bound says that an error falls at least so fast: in n its exponent is at most the bound's, in the step at least.
  static func sense(of claim: Claim, in variable: ConvergenceVariable) -> String {
    claim.kind == .rate ? "" : variable == .n ? "at most " : "at least "
  }

  /// How much of the sum of its two parts the error in both variables is, and the step that makes the parts equal:
  /// C₁ n^{-a} = C₂ Δt^b at Δt = (C₁/C₂)^{1/b} n^{-a/b}.
  private func describe(_ label: CurveLabel, _ surface: ErrorCurve) -> String {
    let parts = results.filter {
      $0.label == label && $0.curve.metric == surface.metric && $0.curve.p == surface.p
    }
    guard let inN = parts.first(where: { $0.curve.variable == .n }),
      let inStep = parts.first(where: { $0.curve.variable == .dt })
    else { return "" }
    func values<Key: Hashable>(_ curve: ErrorCurve, by key: (ErrorCurve.Level) -> Key) -> [Key: Double] {
      Dictionary(uniqueKeysWithValues: zip(curve.levels.map(key), curve.estimates().map(\.value)))
    }
    let (ofN, ofStep) = (values(inN.curve, by: \.particles), values(inStep.curve, by: \.steps))
    let shares = zip(surface.levels, surface.estimates()).map { $1.value / (ofN[$0.particles]! + ofStep[$0.steps]!) }
    guard let least = shares.min(), let most = shares.max(), shares.allSatisfy(\.isFinite) else { return "" }
    var text = "\(Self.noise(label)), \(surface.metric.rawValue)\(surface.p.map { ", p = \($0)" } ?? ""): "
    text += "shares \(Self.decimals(least, 2)) to \(Self.decimals(most, 2))"
    if let n = inN.fitted, let dt = inStep.fitted, n.interval.upperBound < 0, dt.interval.lowerBound > 0 {
      let constant = pow(n.constant / dt.constant, 1 / dt.slope)
      text += ", balanced step dt = \(Self.decimals(constant, 3)) · n^\(Self.decimals(n.slope / dt.slope, 3))"
    }
    return text + "\n"
  }

  /// A quadratic term that differs from 0 at this level is worth a note.
  static let bentBelow = 0.01

  /// Why curves have no rate, what was left out, how many replicas were not finite, and how a study was stopped.
  private var notes: [String] {
    var notes: [String] = []
    for result in results {
      if case .failure(let failure) = result.rate {
        notes.append("\(result.curve.metric.rawValue) has no slope: \(failure.rawValue).")
      }
      if let curvature = result.fitted?.curvaturePValue, curvature < Self.bentBelow {
        notes.append(
          "curvature_p in rates.csv is below \(Self.bentBelow) for some curves: their levels are not asymptotic yet, and the "
            + "slope is that of the levels.")
      }
      let count = result.curve.nonFiniteReplicas.count
      if count > 0 {
        notes.append("\(count) of \(result.curve.replicas) replicas were not finite and are left out: inconclusive.")
      }
    }
    if let stopping {
      for label in results.map(\.label).withoutRepetitions {
        let curves = results.filter { $0.label == label }.map(\.curve)
        if let outcome = stopping.outcome(of: curves) { notes.append("\(Self.noise(label)): \(outcome)") }
      }
    }
    return (notes + [noteOnPartialFits, noteOnHeavyMoments].compactMap { $0 }).withoutRepetitions
  }

  /// Which fits have left out coarse levels; nil where none has.
  private var noteOnPartialFits: String? {
    let partial = results.filter(\.isFittedInPart)
    guard let first = partial.first, let rate = first.fitted else { return nil }
    let moment = first.curve.p.map { " at p = \($0)" } ?? ""
    let from = String(format: "%.4g", rate.fitFrom)
    return "the coarsest levels bend and are left out of the fit of \(partial.count) of \(results.count) curves, first "
      + "\(first.curve.metric.rawValue)\(moment) (\(Self.noise(first.label))), fitted from \(first.curve.variable.rawValue) = "
      + "\(from) on: see fit_from in rates.csv and slopes.csv."
  }

  /// What a moment of at least half the tail index costs, with the median's slope beside it; nil where none is asked for.
  private var noteOnHeavyMoments: String? {
    let heavy = results.filter { !$0.curve.hasIntervals }
    guard let first = heavy.first, let p = first.curve.p, let tailIndex = first.curve.tailIndex else { return nil }
    let curves = heavy.count == 1 ? "one curve," : "\(heavy.count) curves, first"
    var text =
      "p is at least half of the error's tail index in \(curves) \(first.curve.metric.rawValue) at p = \(p) "
      + "(\(Self.noise(first.label)); tail index \(tailIndex)): values have no interval (mean-no-interval in curve.csv) and "
      + "are mostly too small, since the largest error rules them."
    guard let rate = first.fitted else { return text }
    text += " The slope of \(first.curve.metric.rawValue) is \(Self.slope(rate))"
    let median = results.first {
      $0.label == first.label && $0.curve.metric.isMedian && $0.curve.metric.pathError == first.curve.metric.pathError
    }
    guard let median, let rateOfMedian = median.fitted else { return text + "." }
    text += ", that of \(median.curve.metric.rawValue), which needs no moment, \(Self.slope(rateOfMedian))"
    let factor = pow(rate.halfWidth / rateOfMedian.halfWidth, 2).rounded()
    return text
      + (factor > 1
        ? ": the moment takes at least \(Self.decimals(factor, 0)) times the replicas for an interval as narrow." : ".")
  }

  private static func slope(_ rate: ConvergenceRate) -> String {
    "\(decimals(rate.slope, 3)) ± \(decimals(rate.halfWidth, 3))"
  }

  static func decimals(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }
}
