extension ErrorStudy {
  /// Propagation of chaos: many n, one step. Systems are nested: the n-system holds the first n particles of every
  /// larger one, with the same initial values and noise.
  ///
  /// - Parameters:
  ///   - particles: the ladder in n.
  ///   - steps: of the time grid that all systems share.
  ///   - p: orders of the moments; below the tail index where the error has one.
  ///   - reference: `.size(N)` needs N of at least 16 times the largest n.
  /// - Throws: `SimulationError`.
  public static func chaos(
    model: any McKeanVlasovModel, noise: LevyNoise, horizon: Double, steps: Int, particles: Ladder, replicas: Int,
    p: [Double] = [0.5], seed: UInt32 = 1, reference: Reference = .next,
    precision: Precision = .double
  ) throws(SimulationError) -> ErrorStudy {
    let (levels, closing) = try particles.levels("particles", reference: reference)
    var systems = levels.map { CoupledSystems.System(particles: $0, steps: steps) }
    switch reference {
    case .next: systems.append(CoupledSystems.System(particles: closing!, steps: steps))
    case .size(let size):
      try Reference.requireParticles(size, levels: levels)
      systems.append(CoupledSystems.System(particles: size, steps: steps))
    case .exact:
      guard model.exactFlow(noise: noise, step: horizon / Double(max(steps, 1)), steps: 1) != nil else {
        throw .noExactFlow(of: model, noise: noise)
      }
      systems.append(CoupledSystems.System(particles: levels.last!, steps: steps, meanField: .exact))
    }
    return try ErrorStudy(
      model: model, noise: noise, horizon: horizon, sweep: .chaos, systems: systems,
      comparisons: levels.indices.map {
        .init(sweep: .chaos, coarse: $0, reference: reference == .next ? $0 + 1 : levels.count)
      }, replicas: replicas, p: p, seed: seed, precision: precision)
  }
}
