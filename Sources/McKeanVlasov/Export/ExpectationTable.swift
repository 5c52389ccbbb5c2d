/// `expectation.csv`: one row per estimate.
public enum ExpectationTable {
  public static let header =
    "study,model,law,shape,alpha,scale,setting,observable,n,steps,replicas,value,ci_low,ci_high,cost,kurtosis\n"

  public static func row(_ expectation: Expectation, of study: ExpectationStudy, _ label: CurveLabel) -> String {
    let setting = label.adding(expectation.setting(in: study))
    return CSV.row(
      setting.fields + [
        CSV.field(expectation.observable.name), "\(expectation.particles)", "\(expectation.steps)",
        "\(expectation.replicas)", CSV.field(expectation.value), CSV.field(expectation.interval?.lowerBound),
        CSV.field(expectation.interval?.upperBound), CSV.field(expectation.cost), CSV.field(expectation.kurtosis),
      ])
  }
}

/// `levels.csv`: one row per level of the convergence test, then of each tolerance's multilevel estimate.
public enum LevelTable {
  public static let header =
    "study,model,law,shape,alpha,scale,setting,tolerance,observable,n,steps,replicas,value,difference,ci_low,ci_high,"
    + "variance,kurtosis,consistency,cost\n"

  public static func row(_ level: ExpectationLevel, _ label: CurveLabel) -> String {
    let halfWidth = NormalInterval.quantile * level.standardError
    return CSV.row(
      label.fields + [
        CSV.field(level.tolerance), CSV.field(level.observable.name), "\(level.particles)", "\(level.steps)",
        "\(level.replicas)", CSV.field(level.value), CSV.field(level.difference),
        CSV.field(level.difference - halfWidth), CSV.field(level.difference + halfWidth), CSV.field(level.variance),
        CSV.field(level.kurtosis), CSV.field(level.consistency), CSV.field(level.cost),
      ])
  }
}

extension Expectation {
  /// Method and tolerance, where a study has several, as the `setting` column names them.
  public func setting(in study: ExpectationStudy) -> [String] {
    (study.methods.count > 1 ? ["method=\(method.rawValue)"] : [])
      + (study.tolerances.count > 1 ? ["tolerance=\(tolerance)"] : [])
  }
}

extension CurveLabel {
  /// The label with more keys in its setting.
  func adding(_ keys: [String]) -> CurveLabel {
    CurveLabel(
      study: study, model: model, noise: noise,
      setting: ((setting.isEmpty ? [] : [setting]) + keys).joined(separator: ";"))
  }
}
