extension ErrorStudy {
  /// Strong error of Euler's scheme: one n, many steps. A coarse increment is the sum of the fine ones.
  ///
  /// - Parameters:
  ///   - particles: n.
  ///   - steps: the ladder of step counts; each divides its reference.
  ///   - p: orders of the moments; below the tail index where the error has one.
  ///   - reference: `.size(N)` needs a multiple of every level, at least 32 times the finest; `.exact` is not available.
  /// - Throws: `SimulationError`.
  public static func strong(
    model: any McKeanVlasovModel, noise: LevyNoise, horizon: Double, steps: Ladder, particles: Int, replicas: Int,
    p: [Double] = [0.5], seed: UInt32 = 1, reference: Reference = .next,
    precision: Precision = .double
  ) throws(SimulationError) -> ErrorStudy {
    let (levels, closing) = try steps.levels("steps", reference: reference)
    let finest: Int
    switch reference {
    case .next: finest = closing!
    case .size(let size):
      guard size / 32 >= levels.last! else {
        throw .invalidValue(
          parameter: "reference", found: "\(size)",
          allowed: "\"next\", or at least \(32 * levels.last!) steps (32 times the finest level)")
      }
      try SimulationError.requireCount(size, "reference")
      finest = size
    case .exact:
      throw .invalidValue(
        parameter: "reference", found: "\"exact\"",
        allowed: "\"next\" or a number of steps: the exact path of a jump process cannot be simulated")
    }
    let all = levels + [finest]
    let comparisons = levels.indices.map {
      Comparison(sweep: .strong, coarse: $0, reference: reference == .next ? $0 + 1 : levels.count)
    }
    for (coarse, fine) in comparisons.map({ (all[$0.coarse], all[$0.reference]) }) where fine % coarse != 0 {
      throw .invalidValue(
        parameter: "steps", found: "\(coarse) measured against \(fine)",
        allowed: "step counts that divide what they are measured against")
    }
    return try ErrorStudy(
      model: model, noise: noise, horizon: horizon, sweep: .strong,
      systems: all.map { CoupledSystems.System(particles: particles, steps: $0) }, comparisons: comparisons,
      replicas: replicas, p: p, seed: seed, precision: precision)
  }
}
