/// A theorem of the user's own, stated in `[[claim]]`: it takes the place of the model's claim on the curves it is for.
struct StatedClaim: Sendable {
  let claim: Claim
  private let metric: Metric
  private let variable: ConvergenceVariable
  /// Limits; nil is every value.
  private let alpha: Double?
  private let shape: NoiseShape?
  private let p: Double?
  private let scale: Double?

  /// - Throws: `SimulationError` for a key that is missing, wrong or unknown, or a variable that the study does not sweep.
  init(_ table: ExperimentTable, kind: Experiment.Kind) throws(SimulationError) {
    metric = try table.word("metric")
    guard let swept = Sweep(rawValue: kind.rawValue)?.variables else {
      throw table.error(
        "metric", found: "a claim", allowed: "[[claim]] in chaos, strong, joint, law and compressibility studies")
    }
    variable = ConvergenceVariable(rawValue: try table.word("variable", among: swept.map(\.rawValue)))!
    let isInN = variable == .n
    claim = Claim(
      exponent: try table.number(
        "exponent",
        allowed: "a finite number \(isInN ? "not above" : "not below") 0, the exponent of \(variable.rawValue)"
      ) { $0.isFinite && (isInN ? $0 <= 0 : $0 >= 0) }, kind: try table.word("kind", default: .rate),
      alternative: table.has("alternative") ? try table.number("alternative") : nil, source: try table.text("source"))
    alpha = table.has("alpha") ? try table.number("alpha") : nil
    shape = table.has("shape") ? try table.word("shape") as NoiseShape : nil
    p = table.has("p") ? try table.number("p") : nil
    scale = table.has("scale") ? try table.number("scale") : nil
    try table.finish()
  }

  /// What a claim is matched with.
  typealias Curve = (metric: Metric, p: Double?, variable: ConvergenceVariable, label: CurveLabel)

  /// The keys that limit the claim, whether a curve meets each, and what a curve has there.
  private var limits: [(key: String, isMet: (Curve) -> Bool, value: (Curve) -> String)] {
    [
      ("metric", { $0.metric == metric }, { $0.metric.rawValue }),
      ("variable", { $0.variable == variable }, { "\"\($0.variable.rawValue)\"" }),
      ("p", { p == nil || $0.p == p }, { $0.p.map { "\($0)" } ?? "none, for a median" }),
      ("scale", { scale == nil || $0.label.noise.scale == scale }, { "\($0.label.noise.scale)" }),
      ("shape", { shape == nil || $0.label.noise.shape == shape }, { $0.label.noise.shape.rawValue }),
      (
        "alpha", { alpha == nil || $0.label.alpha == alpha },
        { $0.label.alpha.map { "\($0)" } ?? "none, for Brownian noise" }
      ),
    ]
  }

  func applies(to curve: Curve) -> Bool { limits.allSatisfy { $0.isMet(curve) } }

  /// Refuses two claims on one curve, and a claim on none.
  static func requireOneClaimACurve(
    _ claims: [StatedClaim], tables: [ExperimentTable], _ combinations: [Experiment.Combination]
  ) throws(SimulationError) {
    let curves = combinations.flatMap { combination in
      combination.study.curves.map { ($0.metric, $0.p, $0.variable, combination.label) as Curve }
    }
    for curve in curves {
      let matching = claims.indices.filter { claims[$0].applies(to: curve) }
      if matching.count > 1 {
        throw tables[matching[1]].error(
          "metric", found: "a second claim on \(curve.metric.rawValue)",
          allowed: "one claim a curve; limit them by alpha, shape, scale or p")
      }
    }
    for (claim, table) in zip(claims, tables) {
      guard !curves.isEmpty else {
        throw table.error(
          "metric", found: "a claim that no curve of this experiment meets",
          allowed:
            "claims where there are curves: increasing particles, noise, criterion = \"ratio\" with one threshold between "
            + "0 and 1, replicas = \(ErrorStudy.fewestReplicas) or more")
      }
      // the first of its keys that leaves no curve
      var left = curves
      for limit in claim.limits {
        let met = left.filter(limit.isMet)
        guard met.isEmpty else {
          left = met
          continue
        }
        let values = left.map(limit.value).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        throw table.error(
          limit.key, found: "a claim that no curve of this experiment meets", allowed: values.joined(separator: ", "))
      }
    }
  }
}
