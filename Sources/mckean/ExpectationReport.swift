import Foundation
import McKeanVlasov

/// The estimates of an expectation study as tables for people, with the diagnostics of the levels beside them.
struct ExpectationReport {
  private let label: CurveLabel
  private let study: ExpectationStudy
  private let result: ExpectationResult

  init(_ label: CurveLabel, _ study: ExpectationStudy, _ result: ExpectationResult) {
    (self.label, self.study, self.result) = (label, study, result)
  }

  var text: String {
    var text = "expectations of \(label.model), \(RateReport.noise(label)), in the limit of small steps at each n\n"
    text += textTable(
      ["observable", "n", "method", "tolerance", "value", "95 % interval", "error", "cost", "replicas of the levels"],
      result.estimates.map(row))
    text +=
      "\nconvergence test, \(study.replicas) replicas of each level, \(Self.number("%.3g", study.costOfTest)) particle "
      + "steps that no estimate needs: difference to the next coarser level, its variance and kurtosis\n"
    text += textTable(
      ["observable", "n", "steps", "value", "difference", "variance", "kurtosis", "consistency", "cost"],
      result.levels.filter { $0.tolerance == nil }.map(row))
    text += "\nweak error ≈ constant · variable^slope\n"
    text += textTable(
      ["observable", "variable", "slope", "95 % interval", "theory", "margin", "verdict"], result.rates.map(row))
    return text + notes.map { "note: \($0)\n" }.joined()
  }

  private func row(_ estimate: Expectation) -> [String] {
    [
      estimate.observable.name, "\(estimate.particles)", estimate.method.rawValue, "\(estimate.tolerance)",
      estimate.value.map { Self.number("%.6g", $0) } ?? "-",
      estimate.interval.map { Self.interval("%.6g", $0) } ?? "", Self.number("%.2g", estimate.rootMeanSquareError),
      Self.number("%.3g", estimate.cost), estimate.replicasOfLevels.map(String.init).joined(separator: " "),
    ]
  }

  private func row(_ level: ExpectationLevel) -> [String] {
    [
      level.observable.name, "\(level.particles)", "\(level.steps)", Self.number("%.5g", level.value),
      Self.number("%.3g", level.difference), Self.number("%.3g", level.variance), Self.number("%.1f", level.kurtosis),
      level.consistency.map { Self.number("%.2f", $0) } ?? "", Self.number("%.3g", level.cost),
    ]
  }

  private func row(_ rate: WeakRate) -> [String] {
    [
      rate.observable.name, variable(of: rate),
      rate.fitted.map { Self.number("%.3f", $0.slope) } ?? "-",
      rate.fitted.map { Self.interval("%.3f", $0.interval) } ?? "",
      rate.claim.map { RateReport.sense(of: $0, in: rate.variable) + Self.number("%.3f", $0.exponent) } ?? "",
      rate.claim.map { Self.number("%.3f", $0.margin) } ?? "", rate.verdict?.rawValue ?? "",
    ]
  }

  private func variable(of rate: WeakRate) -> String {
    ([rate.variable.rawValue] + rate.setting(in: study)).joined(separator: ", ")
  }

  private var notes: [String] {
    var notes: [String] = []
    for rate in result.rates {
      let name = "\(rate.observable.name) in \(variable(of: rate))"
      switch rate.rate {
      case .failure(.tooFewLevels):
        notes.append("\(name) has no slope: there is one difference alone, and a slope takes one level more.")
      case .failure(let failure):
        notes.append("\(name) has no slope: \(failure.rawValue).")
      case .success(let fitted):
        if let p = fitted.curvaturePValue, p < RateReport.bentBelow {
          notes.append(
            "\(name): the errors bend (p = \(Self.number("%.1g", p))), so that the levels are not asymptotic yet; the "
              + "slope is theirs, not yet the order.")
        }
      }
      if rate.nonFiniteReplicas > 0 {
        notes.append("\(name): \(rate.nonFiniteReplicas) replicas of the test were not finite: inconclusive.")
      }
    }
    for estimate in result.estimates {
      let name = "\(estimate.observable.name), n = \(estimate.particles)"
      if estimate.value == nil {
        notes.append("\(name), has no estimate to \(estimate.tolerance): a replica was not finite.")
      } else if estimate.rootMeanSquareError > 1.05 * estimate.tolerance {
        notes.append(
          "\(name), does not reach the tolerance \(estimate.tolerance): the bias at \(estimate.steps) steps is about "
            + "\(Self.number("%.2g", estimate.bias)); a longer ladder of steps is needed.")
      }
    }
    if study.methods.contains(.plain) {
      notes.append(
        "plain: the finest step and the bias are those of the multilevel estimate, whose cost is not added to plain's.")
    }
    notes += study.methods.compactMap(costExponent)
    return notes.withoutRepetitions
  }

  /// How the cost grows with the precision, from the first observable and the first n.
  private func costExponent(_ method: ExpectationMethod) -> String? {
    let estimates = result.estimates.filter {
      $0.method == method && $0.observable == study.observables[0] && $0.particles == study.particles[0]
    }
    guard estimates.count > 1 else { return nil }
    let (x, y) = (estimates.map { log($0.tolerance) }, estimates.map { log($0.cost) })
    let slope = LineFit(x, y).slope
    return "\(method.rawValue): cost ≈ constant · tolerance^\(Self.number("%.2f", slope)), in particle steps."
  }

  // MARK: - Layout

  private static func number(_ format: String, _ value: Double) -> String {
    value.isFinite ? String(format: format, value) : "-"
  }

  private static func interval(_ format: String, _ interval: ClosedRange<Double>) -> String {
    "[\(number(format, interval.lowerBound)), \(number(format, interval.upperBound))]"
  }
}
