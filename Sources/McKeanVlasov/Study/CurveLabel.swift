/// What tells one curve of a run from another: the columns that every table begins with.
public struct CurveLabel: Sendable, Hashable {
  /// The kind of study.
  public let study: Experiment.Kind
  /// The model's name.
  public let model: String
  /// What drives the particles.
  public let noise: LevyNoise
  /// The other keys that vary, as `coupling=2;activation=tanh`, else empty.
  public let setting: String

  public init(study: Experiment.Kind, model: String, noise: LevyNoise, setting: String = "") {
    (self.study, self.model, self.noise, self.setting) = (study, model, noise, setting)
  }
}
