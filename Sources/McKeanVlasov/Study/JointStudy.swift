extension ErrorStudy {
  /// The error in n and the step together: the surface E(n, Δt) = (E|X^{i,n,Δt} - X^{i,2n,Δt/2}|^p)^{1/p} over all n and all
  /// steps, on one pass of the noise. Each level is measured against the next of both ladders.
  ///
  /// The same systems hold its two parts, and these have the rates: the chaos error |X^{i,n,δ} - X^{i,2n,δ}| at the finest
  /// step δ, and the strong error |X^{i,N,Δt} - X^{i,N,Δt/2}| at the largest N (docs/theory.md, section 12).
  ///
  /// The finest system dominates the cost: levels of ladders with factor 2 take less than four times as many particle steps.
  ///
  /// - Parameters:
  ///   - particles: the ladder in n.
  ///   - steps: the ladder of step counts; each divides the next.
  ///   - p: orders of the moments; below the tail index where the error has one.
  /// - Throws: `SimulationError`.
  public static func joint(
    model: any McKeanVlasovModel, noise: LevyNoise, horizon: Double, steps: Ladder, particles: Ladder, replicas: Int,
    p: [Double] = [0.5], seed: UInt32 = 1, precision: Precision = .double
  ) throws(SimulationError) -> ErrorStudy {
    let (sizes, largest) = try particles.levels("particles", reference: .next)
    let (counts, finest) = try steps.levels("steps", reference: .next)
    let (allSizes, allCounts) = (sizes + [largest!], counts + [finest!])
    for (coarse, fine) in zip(allCounts, allCounts.dropFirst()) {
      guard fine % coarse == 0, finest! % coarse == 0 else {
        throw .invalidValue(
          parameter: "steps", found: "\(coarse) measured against \(fine)",
          allowed: "step counts that divide what they are measured against")
      }
    }
    let systems = allSizes.flatMap { size in
      allCounts.map { CoupledSystems.System(particles: size, steps: $0) }
    }
    func index(_ size: Int, _ count: Int) -> Int { size * allCounts.count + count }
    let inN = sizes.indices.map {
      Comparison(sweep: .chaos, coarse: index($0, counts.count), reference: index($0 + 1, counts.count))
    }
    let inStep = counts.indices.map {
      Comparison(sweep: .strong, coarse: index(sizes.count, $0), reference: index(sizes.count, $0 + 1))
    }
    let surface = sizes.indices.flatMap { size in
      counts.indices.map {
        Comparison(sweep: .joint, coarse: index(size, $0), reference: index(size + 1, $0 + 1))
      }
    }
    return try ErrorStudy(
      model: model, noise: noise, horizon: horizon, sweep: .joint, systems: systems,
      comparisons: inN + inStep + surface,
      replicas: replicas, p: p, seed: seed, precision: precision)
  }
}
