import Foundation
import Logging

/// A convergence study: coupled systems, and the error of each level against its reference.
///
/// `ErrorStudy.chaos` sweeps the number of particles, `ErrorStudy.strong` the step size, `ErrorStudy.joint` both.
public struct ErrorStudy: Sendable {
  /// The particles' model.
  public let model: any McKeanVlasovModel
  /// What drives them.
  public let noise: LevyNoise
  /// T > 0.
  public let horizon: Double
  /// What varies from level to level.
  public let sweep: Sweep
  /// The variable that a chaos or strong study sweeps; the first of the two of a joint one.
  public var variable: ConvergenceVariable { sweep.variables[0] }
  /// Independent repetitions of everything.
  public let replicas: Int
  /// The orders of the moments.
  public let p: [Double]
  /// Of the noise; runs of the same seed share it.
  public let seed: UInt32
  /// Of the particles' numbers.
  public let precision: Precision
  /// The levels of all curves, each coarsest first; level k's error is that of system `comparisons[k].coarse`.
  public let levels: [ErrorCurve.Level]
  /// The systems that are simulated together, references included.
  public let systems: [CoupledSystems.System]
  package let comparisons: [Comparison]

  /// Two systems whose difference is the error of one level of the curve that sweeps so.
  package struct Comparison: Sendable {
    let sweep: Sweep
    package let coarse, reference: Int
  }

  /// Fewest replicas: four groups of two.
  static let fewestReplicas = 8

  /// - Throws: `SimulationError` for a moment that is infinite, features without a mean, numbers out of range.
  init(
    model: any McKeanVlasovModel, noise: LevyNoise, horizon: Double, sweep: Sweep,
    systems: [CoupledSystems.System], comparisons: [Comparison], replicas: Int, p: [Double],
    seed: UInt32, precision: Precision
  ) throws(SimulationError) {
    self.precision = precision
    try precision.require(of: model, noise: noise)
    (self.model, self.noise, self.horizon, self.sweep) = (model, noise, horizon, sweep)
    (self.systems, self.comparisons, self.replicas, self.p, self.seed) = (systems, comparisons, replicas, p, seed)
    _ = try TimeGrid(horizon: horizon, steps: 1)
    for system in systems {
      try SimulationError.requireCount(system.particles, "particles")
      try SimulationError.requireCount(system.steps, "steps")
    }
    try SimulationError.requireCount(replicas, "replicas", atLeast: Self.fewestReplicas)
    levels = comparisons.map {
      let system = systems[$0.coarse]
      return ErrorCurve.Level(
        particles: system.particles, steps: system.steps, step: horizon / Double(system.steps))
    }
    try SimulationError.requireMoments(
      p, below: tailIndex(of: .terminal, in: sweep), of: "\(sweep.rawValue) \(model.name)")
    if sweep != .strong { try SimulationError.requireLimit(of: model, noise: noise) }
  }

  /// The tail index of an error, nil where all its moments are finite. Between grid points the increment that the
  /// coarser path has missed is part of the error, whatever the drift.
  func tailIndex(of metric: Metric, in sweep: Sweep) -> Double? {
    let ofPath = sweep.variables.map { model.errorTailIndex(in: $0, noise: noise) }
    return (ofPath + (metric.isBetweenGridPoints ? [noise.tailIndex] : [])).compactMap { $0 }.min()
  }

  /// The moments asked for that do not exist between grid points, so that these curves are left out.
  public var omittedMoments: [Double] {
    guard sweep == .strong, let tailIndex = tailIndex(of: .offGrid, in: sweep) else { return [] }
    return p.filter { $0 >= tailIndex }
  }

  /// One curve to be estimated: metric, moment, what it sweeps, and the levels where the metric exists.
  private struct CurvePlan {
    let metric: Metric
    let sweep: Sweep
    let p: Double?
    let levels: [Int]
    /// Whether it keeps a sample of the errors, which are the same for every p.
    let keepsErrors: Bool
  }

  /// What one replica yields, curve by curve: the statistic of each level, and a sample of the errors of the finest.
  private struct ReplicaResult {
    let statistics: [[Double]]
    let errors: [[Double]]
  }

  /// Errors of a run that are kept for their tail.
  private static let errorsForTail = 100_000

  /// The particles of a replica whose errors are kept: in n one, since they share the fluctuation of the mean field.
  /// In the step equally many, until there are enough.
  private func particlesForTail(_ curve: CurvePlan, replica: UInt32) -> Int {
    guard curve.keepsErrors else { return 0 }
    guard curve.sweep == .strong else { return 1 }
    let kept = min(max(1, Self.errorsForTail / replicas), systems[comparisons[curve.levels.last!].coarse].particles)
    return (Int(replica) + 1) * kept <= Self.errorsForTail ? kept : 0
  }

  /// The curves that have a rate, in order: all but the surface of a joint study.
  var fittedCurves: [(metric: Metric, p: Double?, variable: ConvergenceVariable)] {
    plan.filter { $0.sweep != .joint }.map { ($0.metric, $0.p, $0.sweep.variables[0]) }
  }

  private var plan: [CurvePlan] {
    // two errors that are to be compared with the one that they make are moments
    let metrics = sweep == .joint ? [Metric.terminal, .gridSup] : Metric.ofPaths
    let sweeps = sweep == .joint ? [Sweep.chaos, .strong, .joint] : [sweep]
    return metrics.flatMap { metric -> [CurvePlan] in
      let omitted = metric.isBetweenGridPoints ? omittedMoments : []
      let moments = metric.isMedian ? [nil] : p.filter { !omitted.contains($0) }.map(Optional.some)
      return moments.flatMap { p in
        sweeps.compactMap { curveSweep in
          let levels = comparisons.indices.filter {
            let comparison = comparisons[$0]
            let steps = systems[comparison.coarse].steps
            let referenceSteps = systems[comparison.reference].steps
            return switch metric.pathError {
            case _ where comparison.sweep != curveSweep: false
            case .offGrid: sweep == .strong && PathError.hasOffGrid(steps: steps, referenceSteps: referenceSteps)
            case .pathSup: sweep == .strong
            default: true
            }
          }
          // medians and maxima are no errors of one particle, and a surface has none of its own
          let keepsErrors = metric.pathError == metric && curveSweep != .joint && p == moments[0]
          return levels.isEmpty
            ? nil : CurvePlan(metric: metric, sweep: curveSweep, p: p, levels: levels, keepsErrors: keepsErrors)
        }
      }
    }
  }

  private func hasOneFactor(_ curve: CurvePlan) -> Bool {
    func size(_ system: Int) -> Int { curve.sweep == .strong ? systems[system].steps : systems[system].particles }
    return Ladder.hasOneFactor(
      curve.levels.map { (size(comparisons[$0].coarse), size(comparisons[$0].reference)) })
  }

  /// Bytes of the systems, of their errors and of the results of so many replicas, on so many threads.
  func bytes(replicas: Int, threads: Int) -> Double {
    let errors = comparisons.reduce(0.0) { $0 + 32 * Double(systems[$1.coarse].particles) }
    // A number of a replica, and its row of replicas.csv.
    let rows = 192 * Double(replicas) * Double(plan.reduce(0) { $0 + $1.levels.count })
    // Errors that are kept, replica by replica and then together.
    let kept = plan.reduce(0.0) { bytes, curve in
      let errors = Double(replicas) * Double(particlesForTail(curve, replica: 0))
      return bytes + 16 * (curve.sweep == .strong ? min(errors, Double(Self.errorsForTail)) : errors)
    }
    let engines = Replicas.engines(count: replicas, threads: threads)
    let ofEngine = CoupledSystems.bytes(
      model: model, noise: noise, systems: systems, threads: threads / engines, precision: precision)
    return Double(engines) * (ofEngine + errors) + rows + kept
  }

  /// Runs the study.
  ///
  /// - Parameter rule: adds replicas to those of the study until it is met; nil adds none.
  /// - Returns: one curve for each metric and moment, in order of metric, then p; of a joint study three: in n, in Δt and the
  ///   surface.
  /// - Throws: `SimulationError.tooMuchMemory`; `.invalidValue` for fewer replicas than a rule needs, or more than it allows.
  public func run(
    until rule: StoppingRule? = nil, threads: Int = ProcessInfo.processInfo.activeProcessorCount,
    progress: ReplicaProgress? = nil,
    logger: Logger = Logger(label: "mckean")
  ) throws -> [ErrorCurve] {
    let plan = plan
    try SimulationError.requireMemory(bytes(replicas: rule?.maxReplicas ?? replicas, threads: threads))
    for p in omittedMoments {
      logger.notice(
        "off-grid and path-sup are left out at p = \(p): between grid points the error has the tail index \(noise.alpha) of the noise"
      )
    }
    return try rule.curves(
      replicas: replicas, progress: progress,
      sample: { try sample($0, plan, threads: threads, progress: progress, logger: logger) },
      curves: { results in
        let nonFinite = Set(results.indices.filter { results[$0] == nil })
        return plan.enumerated().map { index, curve in
          ErrorCurve(
            metric: curve.metric, p: curve.p, sweep: curve.sweep, levels: curve.levels.map { levels[$0] },
            samples: curve.levels.indices.map { level in results.map { $0?.statistics[index][level] ?? .nan } },
            tailIndex: tailIndex(of: curve.metric, in: curve.sweep),
            errors: results.flatMap { $0?.errors[index] ?? [] }, hasOneFactor: hasOneFactor(curve),
            nonFiniteReplicas: nonFinite)
        }
      })
  }

  /// Of a range of replicas; nil of one that is not finite.
  private func sample(
    _ replicas: Range<Int>, _ plan: [CurvePlan], threads: Int, progress: ReplicaProgress?, logger: Logger
  ) throws -> [ReplicaResult?] {
    let loop = try Replicas(first: replicas.lowerBound, count: replicas.count, threads: threads)
    return try loop.map(
      makeWorker: {
        let engine = try CoupledSystems(
          model: model, noise: noise, horizon: horizon, systems: systems, seed: seed, threads: loop.threadsPerWorker,
          precision: precision)
        return (
          engine: engine, errors: comparisons.map { PathError(engine, coarse: $0.coarse, reference: $0.reference) }
        )
      }, progress: progress
    ) { worker, replica -> ReplicaResult? in
      let nonFinite = try worker.engine.run(
        replica: replica,
        observe: { block, step in
          for error in worker.errors { error.observe(block, step) }
        })
      if let nonFinite {
        logger.warning("\(nonFinite.description(ofReplica: replica, in: systems))")
        return nil
      }
      let errors = plan.map { worker.errors[$0.levels.last!].first(particlesForTail($0, replica: replica), $0.metric) }
      let statistics = plan.map { curve in
        curve.levels.map { level in
          curve.p.map { worker.errors[level].power(curve.metric, $0) }
            ?? worker.errors[level].median(curve.metric)
        }
      }
      guard statistics.joined().allSatisfy(\.isFinite) else {
        logger.warning(
          "replica \(replica): an error is too large for a double; the replica is left out and counted as nonfinite")
        return nil
      }
      return ReplicaResult(statistics: statistics, errors: errors)
    }
  }
}
