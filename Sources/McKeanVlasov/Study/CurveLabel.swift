/// What tells one curve of a run from another: the columns that every table begins with.
public struct CurveLabel: Sendable, Hashable {
  public let study: Experiment.Kind
  public let model: String
  public let noise: LevyNoise
  /// The other keys that vary, as `coupling=2;activation=tanh`, else empty.
  public let setting: String

  public init(study: Experiment.Kind, model: String, noise: LevyNoise, setting: String = "") {
    (self.study, self.model, self.noise, self.setting) = (study, model, noise, setting)
  }
}
