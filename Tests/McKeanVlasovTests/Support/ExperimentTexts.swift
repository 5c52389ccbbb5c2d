import McKeanVlasov

/// Experiment files, table by table.
enum ExperimentText {
  static func chaos(
    model: String = "name = \"sine-interaction\"\ntheta = 1\ncoupling = 2",
    noise: String = "law = \"stable\"\nalpha = 1.5",
    study: String = "particles = [2, 4, 8]\nreplicas = 8", rest: String = ""
  ) -> String {
    """
    [model]
    \(model)
    [noise]
    \(noise)
    [time]
    horizon = 1
    steps = 4
    [study]
    kind = "chaos"
    \(study)
    \(rest)
    """
  }
}

extension Experiment {
  init(_ text: String, overrides: [String] = []) throws {
    try self.init(text: text, name: "test", overrides: overrides)
  }

  var errorStudies: [ErrorStudy] {
    combinations.compactMap { if case .error(let study) = $0.study { study } else { nil } }
  }
}
