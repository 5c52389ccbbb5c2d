/// Refusals of `reference = "exact"`, with the reason.
extension SimulationError {
  /// The Euler chain's mean-field flow is not known.
  static func noExactFlow(of model: any McKeanVlasovModel, noise: LevyNoise) -> SimulationError {
    let settings =
      switch model {
      case let model as Kuramoto where model.frequency.onlyValue == nil: "with oscillators that differ"
      case is Kuramoto where noise.scale == 0: "without noise"
      case is Kuramoto: "with too little noise beside the coupling"
      case is OrnsteinUhlenbeck: "from an initial law without a mean"
      default: "with these settings"
      }
    return .invalidValue(
      parameter: "reference", found: "\"exact\"",
      allowed: "\"next\" or a number: the limit of \(model.name) \(settings) has no known mean field")
  }

  /// The law of the limit is not known.
  static func noExactLaw(of model: any McKeanVlasovModel, noise: LevyNoise) -> SimulationError {
    let settings =
      switch model {
      case is OrnsteinUhlenbeck, is SineInteraction:
        noise.scale == 0 && model.initial[0].onlyValue != nil
          ? "without noise is a single point, and has no density"
          : "from this initial law is not known, only from a number, or a law of the noise's kind"
      default: "is not known"
      }
    return .invalidValue(
      parameter: "reference", found: "\"exact\"",
      allowed: "\"next\" or a number: the limit law of \(model.name) \(settings)")
  }
}
