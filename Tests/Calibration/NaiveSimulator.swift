import CGSL
import Foundation
import McKeanVlasov

/// Interacting particles in plain arrays, one after the other: what the claims of the convergence test suite are tried on.
/// Without a fault it must pass them as the engine does.
package struct NaiveSimulator: Simulator {
  /// What is wrong with it; each place where it changes something says so.
  package let fault: Fault?

  package init(fault: Fault?) { self.fault = fault }

  // MARK: - The scheme

  /// The states of coupled systems at the times of each: `[system][time][particle × component]`, component-major.
  private func paths(
    _ model: any McKeanVlasovModel, _ noise: LevyNoise, horizon: Double, systems: [CoupledSystems.System],
    flows: [[[Double]]?], replica: UInt32, seed: UInt32
  ) -> [[[Double]]] {
    let finest = systems.map(\.steps).max()!
    let largest = systems.map(\.endOfParticles).max()!
    let stream = RandomStream(seed: seed)
    stream.select(replica: replica)
    let draws = Draws(
      noise, components: model.shape.noisy, particles: largest, time: horizon / Double(finest), stream: stream,
      fault: fault)
    let models = systems.map { system -> any McKeanVlasovModel in
      (model as? any OneStepModel)?.discretised(step: horizon / Double(system.steps)) ?? model
    }
    var states = systems.map { initialStates(model, particles: $0.firstParticle..<$0.endOfParticles, stream) }
    var sums = systems.map { [Double](repeating: 0, count: $0.particles * model.shape.noisy) }
    var paths = states.map { [$0] }
    for fineStep in 0..<finest {
      let increments = draws.increments(step: fineStep)
      let meanFields = systems.indices.map { k -> [Double] in
        guard let flow = flows[k] else { return meanField(models[k], states[k], particles: systems[k].particles) }
        return flow[fineStep / (finest / systems[k].steps)]
      }
      for (index, system) in systems.enumerated() {
        let stride = finest / system.steps
        var taken = increments
        if stride > 1, fault == .coarseNoiseAfresh { taken = draws.increments(step: fineStep + finest * (index + 1)) }
        if stride > 1, fault == .coarseIncrementsShifted { taken = draws.increments(step: fineStep + 1) }
        for component in 0..<model.shape.noisy {
          for i in 0..<system.particles {
            sums[index][component * system.particles + i] += taken[component * largest + system.firstParticle + i]
          }
        }
        guard (fineStep + 1) % stride == 0 else { continue }
        let isOwn = fault != .meanFieldOfAnotherSystem || index == 0 || flows[index] != nil
        states[index] = step(
          models[index], states[index], particles: system.particles, meanField: meanFields[isOwn ? index : index - 1],
          increments: sums[index], step: horizon / Double(system.steps))
        sums[index] = sums[index].map { _ in 0 }
        paths[index].append(states[index])
      }
    }
    return paths
  }

  /// One step of Euler's scheme, or of the model's own map.
  private func step(
    _ model: any McKeanVlasovModel, _ states: [Double], particles: Int, meanField: [Double], increments: [Double],
    step: Double
  ) -> [Double] {
    var moved = states
    var noisy = states
    for i in increments.indices { noisy[i] += increments[i] }
    let drift = self.drift(
      model, fault == .driftAfterTheNoise ? noisy : states, particles: particles, meanField: meanField)
    for i in drift.indices {
      let increment = i < increments.count ? increments[i] : 0
      if model is any OneStepModel {
        moved[i] = drift[i] + increment
      } else {
        let factor = fault == .gradientNotScaledByN ? 1 / Double(particles) : 1
        moved[i] += factor * drift[i] * step + increment
      }
    }
    return moved
  }

  /// Σ φ, and what the model keeps of it.
  private func sums(_ model: any McKeanVlasovModel, _ states: [Double], particles: Int) -> (
    sums: [Double], kept: [Double]
  ) {
    let shape = model.shape
    var sums = [Double](repeating: 0, count: shape.features)
    var kept = [Double](repeating: 0, count: shape.kept * particles)
    var scratch = [Double](repeating: 0, count: shape.scratch * particles)
    var sumsSpan = sums.mutableSpan
    var keptSpan = kept.mutableSpan
    var scratchSpan = scratch.mutableSpan
    model.addFeatures(of: states.span, to: &sumsSpan, keeping: &keptSpan, scratch: &scratchSpan)
    return (sums, kept)
  }

  /// (1/n) Σ φ.
  private func meanField(_ model: any McKeanVlasovModel, _ states: [Double], particles: Int) -> [Double] {
    let count = Double(fault == .meanOverOthersOnly ? max(particles - 1, 1) : particles)
    return sums(model, states, particles: particles).sums.map { $0 / count }
  }

  /// The drift, or the model's own map.
  private func drift(_ model: any McKeanVlasovModel, _ states: [Double], particles: Int, meanField: [Double])
    -> [Double]
  {
    let shape = model.shape
    let kept = sums(model, states, particles: particles).kept
    var prepared = [Double](repeating: 0, count: shape.prepared)
    var drift = [Double](repeating: 0, count: shape.moving * particles)
    var scratch = [Double](repeating: 0, count: shape.scratch * particles)
    var preparedSpan = prepared.mutableSpan
    model.prepare(meanField: meanField.span, into: &preparedSpan)
    var driftSpan = drift.mutableSpan
    var scratchSpan = scratch.mutableSpan
    if let map = model as? any OneStepModel {
      map.move(of: states.span, prepared: prepared.span, kept: kept.span, scratch: &scratchSpan, into: &driftSpan)
    } else {
      model.drift(of: states.span, prepared: prepared.span, kept: kept.span, scratch: &scratchSpan, into: &driftSpan)
    }
    return drift
  }

  /// The mean field of each system that feels the limit's, at each of its times.
  private func flows(
    _ model: any McKeanVlasovModel, _ noise: LevyNoise, horizon: Double, systems: [CoupledSystems.System]
  ) -> [[[Double]]?] {
    systems.map { system in
      system.meanField == .exact ? flow(model, noise, step: horizon / Double(system.steps), steps: system.steps) : nil
    }
  }

  /// The flow of the limit of the chain; the fault takes that of a chain with 64 times as many steps, hardly another than the
  /// differential equation's.
  private func flow(_ model: any McKeanVlasovModel, _ noise: LevyNoise, step: Double, steps: Int) -> [[Double]] {
    let finer = fault == .flowOfTheDifferentialEquation ? 64 : 1
    let flow = model.exactFlow(noise: noise, step: step / Double(finer), steps: steps * finer)!
    let features = model.shape.features
    return (0..<steps).map { Array(flow[$0 * finer * features..<($0 * finer + 1) * features]) }
  }

  private func initialStates(_ model: any McKeanVlasovModel, particles: Range<Int>, _ stream: RandomStream) -> [Double]
  {
    model.initial.enumerated().flatMap { component, law in
      particles.map { law.naiveDraw(particle: $0, component: component, from: stream) }
    }
  }

  // MARK: - What claims ask for

  package func map(_ run: CoupledRun, threads: Int, _ numbers: @Sendable (_ states: [[Double]]) -> [Double]) throws
    -> [[Double]]
  {
    let components = run.model.shape.components
    let flows = flows(run.model, run.noise, horizon: run.horizon, systems: run.systems)
    return try inParallel(run.replicas) { replica in
      let paths = paths(
        run.model, run.noise, horizon: run.horizon, systems: run.systems, flows: flows, replica: replica,
        seed: run.seed)
      return numbers(
        zip(run.systems, paths).map { system, path in
          (0..<system.particles).flatMap { i in (0..<components).map { path.last![$0 * system.particles + i] } }
        })
    }
  }

  /// The moments and medians of the errors at the horizon and on the coarser grid.
  package func curves(of study: ErrorStudy, threads: Int) throws -> [ErrorCurve] {
    let noisy = study.model.shape.noisy
    let flows = flows(study.model, study.noise, horizon: study.horizon, systems: study.systems)
    // [replica][metric][level][particle]
    let errors = try inParallel(study.replicas) { replica -> [[[Double]]] in
      let paths = paths(
        study.model, study.noise, horizon: study.horizon, systems: study.systems, flows: flows, replica: replica,
        seed: study.seed)
      let ofLevels = study.comparisons.map { comparison in
        let (coarse, reference) = (study.systems[comparison.coarse], study.systems[comparison.reference])
        func error(_ i: Int, at time: Int) -> Double {
          let (x, y) = (
            paths[comparison.coarse][time], paths[comparison.reference][time * reference.steps / coarse.steps]
          )
          return (0..<noisy).reduce(0.0) { sum, component in
            let e = x[component * coarse.particles + i] - y[component * reference.particles + i]
            return sum + e * e
          }.squareRoot()
        }
        return (0..<coarse.particles).map { i in
          (terminal: error(i, at: coarse.steps), gridSup: (0...coarse.steps).map { error(i, at: $0) }.max()!)
        }
      }
      return [ofLevels.map { $0.map(\.terminal) }, ofLevels.map { $0.map(\.gridSup) }]
    }
    let metrics: [(metric: Metric, p: [Double?])] = [
      (.terminal, study.p), (.gridSup, study.p), (.terminalMedian, [nil]), (.gridSupMedian, [nil]),
    ]
    return metrics.flatMap { metric, moments in
      moments.map { p in
        ErrorCurve(
          metric: metric, p: p, sweep: study.sweep, levels: study.levels,
          samples: study.levels.indices.map { level in
            errors.map { replica in
              let ofLevel = replica[metric.pathError == .terminal ? 0 : 1][level]
              if let p { return ofLevel.reduce(0) { $0 + pow($1, p) } / Double(ofLevel.count) }
              var sorted = ofLevel.sorted()
              return gsl_stats_median_from_sorted_data(&sorted, 1, sorted.count)
            }
          }, tailIndex: nil, nonFiniteReplicas: [])
      }
    }
  }
}

/// The noise of one replica, by GSL, draw by draw.
private struct Draws {
  let noise: LevyNoise
  let components, particles: Int
  let scale: Double
  let stream: RandomStream
  let fault: Fault?

  init(
    _ noise: LevyNoise, components: Int, particles: Int, time: Double, stream: RandomStream, fault: Fault?
  ) {
    (self.noise, self.components, self.particles, self.stream, self.fault) = (
      noise, components, particles, stream, fault
    )
    let right = noise.incrementScale(over: time)
    scale =
      switch fault {
      case .noiseScaledByRootOfTheStep: noise.scale * time.squareRoot()
      case .scaleOffByTwoPercent: 1.02 * right
      case .isotropicOffByRootTwo where noise.shape == .isotropic: right / 2.0.squareRoot()
      default: right
      }
  }

  /// components × particles.
  func increments(step: Int) -> [Double] {
    guard noise.scale > 0 else { return [Double](repeating: 0, count: components * particles) }
    func draw(_ particle: Int, _ component: Int, alpha: Double) -> Double {
      let counter = fault == .oneStreamForTwoParticles ? particle / 2 * 2 : particle
      stream.position(particle: UInt32(counter), step: UInt32(step), component: UInt32(component), purpose: .noise)
      let draw = gsl_ran_levy(stream.generator, 1, alpha)
      return fault == .tailCut ? min(max(draw, -1e4), 1e4) : draw
    }
    switch noise.shape {
    case .independent:
      return (0..<components).flatMap { c in (0..<particles).map { scale * draw($0, c, alpha: noise.alpha) } }
    case .shared:
      let row = (0..<particles).map { scale * draw($0, 0, alpha: noise.alpha) }
      return (0..<components).flatMap { _ in row }
    case .isotropic:
      let radii = (0..<particles).map { particle -> Double in
        guard noise.alpha < 2 else { return 1 }
        stream.position(particle: UInt32(particle), step: UInt32(step), component: 0, purpose: .mixing)
        let mixing = gsl_ran_levy_skew(
          stream.generator, pow(cos(.pi * noise.alpha / 4), 2 / noise.alpha), noise.alpha / 2, 1)
        return mixing.squareRoot()
      }
      // √(2A) g with g = SαS(1/√2) at α = 2
      return (0..<components).flatMap { c in (0..<particles).map { scale * radii[$0] * draw($0, c, alpha: 2) } }
    }
  }
}

extension InitialLaw {
  /// The initial value of one component of a particle, by GSL.
  package func naiveDraw(particle: Int, component: Int, from stream: RandomStream) -> Double {
    stream.position(particle: UInt32(particle), step: 0, component: UInt32(component), purpose: .initial)
    switch self {
    case .constant(let value): return value
    case .normal(let mean, let deviation):
      return mean + deviation * gsl_ran_levy(stream.generator, 0.5.squareRoot(), 2)
    case .uniform(let low, let high): return low + (high - low) * gsl_rng_uniform(stream.generator)
    case .stable(let law): return gsl_ran_levy(stream.generator, law.scale, law.alpha)
    }
  }
}
