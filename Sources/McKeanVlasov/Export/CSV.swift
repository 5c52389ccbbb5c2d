import Foundation

/// Rows of a CSV file: doubles in the shortest form that reads back the same, missing values empty.
enum CSV {
  static func field(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }

  static func field(_ text: String) -> String {
    text.contains { ",\"\n".contains($0) } ? "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : text
  }

  static func row(_ fields: [String]) -> String { fields.joined(separator: ",") + "\n" }
}

extension CurveLabel {
  var lawName: String { if case .stable = noise.law { "stable" } else { "brownian" } }
  var alpha: Double? { if case .stable(let alpha) = noise.law { alpha } else { nil } }
  /// law,shape,alpha,scale,setting
  var noiseFields: [String] {
    [lawName, noise.shape.rawValue, CSV.field(alpha), CSV.field(noise.scale), CSV.field(setting)]
  }
}

extension ConvergenceVariable {
  /// The name of the study that sweeps the variable.
  var studyName: String { self == .n ? "chaos" : "strong" }
}

/// `curve.csv`: one row per estimate.
public enum CurveTable {
  public static let header =
    "study,model,law,shape,alpha,scale,setting,metric,p,n,steps,dt,replicas,nonfinite,value,ci_low,ci_high,estimator\n"

  public static func rows(_ curve: ErrorCurve, _ label: CurveLabel) -> String {
    zip(curve.levels, curve.estimates()).map { level, estimate in
      CSV.row(
        [curve.variable.studyName, label.model] + label.noiseFields + [
          curve.metric.rawValue, CSV.field(curve.p), "\(level.particles)", "\(level.steps)", CSV.field(level.step),
          "\(curve.replicas)", "\(curve.nonFiniteReplicas.count)", CSV.field(estimate.value),
          CSV.field(estimate.interval?.lowerBound), CSV.field(estimate.interval?.upperBound),
          estimate.estimator.rawValue,
        ])
    }.joined()
  }
}

/// `replicas.csv`: one row per replica and level, for statistics of the user's own.
public enum ReplicaTable {
  public static let header = "replica,law,shape,alpha,scale,setting,metric,p,n,steps,value\n"

  public static func rows(_ curves: [ErrorCurve], _ label: CurveLabel) -> String {
    var text = ""
    for replica in 0..<(curves.first?.replicas ?? 0) {
      for curve in curves {
        for (level, samples) in zip(curve.levels, curve.samples) {
          text += CSV.row(
            ["\(replica)"] + label.noiseFields + [
              curve.metric.rawValue, CSV.field(curve.p), "\(level.particles)", "\(level.steps)",
              CSV.field(samples[replica]),
            ])
        }
      }
    }
    return text
  }
}

/// One fitted curve: its rate or why it has none, the claim on it and the verdict.
public struct RateResult: Sendable {
  public let label: CurveLabel
  public let curve: ErrorCurve
  public let rate: Result<ConvergenceRate, ConvergenceRate.Failure>
  public let claim: Claim?

  public init(_ curve: ErrorCurve, label: CurveLabel, claim: Claim?) {
    (self.label, self.curve, self.claim) = (label, curve, claim)
    rate = Result { () throws(ConvergenceRate.Failure) in try ConvergenceRate(fitting: curve) }
  }

  public var fitted: ConvergenceRate? { try? rate.get() }
  public var verdict: Verdict? {
    claim.map { Verdict(of: $0, on: fitted, in: curve.variable, nonFinite: curve.nonFiniteReplicas.count) }
  }
}

/// `rates.csv`: one row per fitted curve.
public enum RateTable {
  public static let header =
    "study,model,law,shape,alpha,scale,setting,metric,p,variable,slope,ci_low,ci_high,constant,fit_from,fit_to,"
    + "curvature_p,theory,alternative,margin,claim,verdict,source\n"

  public static func row(_ result: RateResult) -> String {
    let (curve, rate, claim) = (result.curve, result.fitted, result.claim)
    return CSV.row(
      [curve.variable.studyName, result.label.model] + result.label.noiseFields + [
        curve.metric.rawValue, CSV.field(curve.p), curve.variable.rawValue, CSV.field(rate?.slope),
        CSV.field(rate?.interval.lowerBound), CSV.field(rate?.interval.upperBound), CSV.field(rate?.constant),
        CSV.field(rate?.fitFrom), CSV.field(rate?.fitTo), CSV.field(rate?.curvaturePValue),
        CSV.field(claim?.exponent), CSV.field(claim?.alternative), CSV.field(claim?.margin),
        claim?.kind.rawValue ?? "", result.verdict?.rawValue ?? "", CSV.field(claim?.source ?? ""),
      ])
  }
}
