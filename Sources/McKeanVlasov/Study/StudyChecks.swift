/// Checks that studies of errors and of laws have in common.
extension SimulationError {
  /// Checks the orders of the moments, each below the tail index of what is measured.
  ///
  /// - Parameter study: what has that tail index, as a message says it.
  static func requireMoments(_ p: [Double], below tailIndex: Double?, of study: String) throws(SimulationError) {
    guard !p.isEmpty, Set(p).count == p.count else {
      throw .invalidValue(parameter: "p", found: "\(p)", allowed: "one or more different numbers above 0")
    }
    for p in p {
      // Nearer to 0, |e|^p is 1 to rounding, and a curve of ones would pass for a measured rate.
      guard p >= 1e-6, p.isFinite else {
        throw .invalidValue(parameter: "p", found: "\(p)", allowed: "finite numbers above 0, from 1e-6 on")
      }
      if let tailIndex, p >= tailIndex { throw .infiniteMoment(p: p, tailIndex: tailIndex, study: study) }
    }
  }

  /// Checks that the system has a limit as n grows: features of linear growth need particles with a mean.
  static func requireLimit(of model: any McKeanVlasovModel, noise: LevyNoise) throws(SimulationError) {
    guard model.featureGrowth == .linear, let alpha = model.tailIndex(with: noise), alpha <= 1 else { return }
    guard noise.tailIndex == alpha else {
      throw .invalidValue(
        parameter: "initial", found: "a law with tail index \(alpha), which has no mean",
        allowed: "a law with a mean, since features of linear growth have none without it")
    }
    throw .noMeanFieldLimit(alpha: alpha)
  }
}
