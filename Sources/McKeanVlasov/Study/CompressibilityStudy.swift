import Foundation
import Logging

/// Particle systems of several widths n, driven by noise for a number of steps or until a network has learnt its data, then
/// pruned: what can go, at what cost, and how much of that the noise alone explains.
///
/// Beside each system stands its control, from the same increments and initial values without any drift.
public struct CompressibilityStudy: Sendable {
  /// The step η, a function of n.
  public struct Step: Sendable, Hashable {
    /// c.
    public let constant: Double
    /// The exponent of n.
    public let power: Power

    public enum Power: Sendable, Hashable {
      case number(Double)
      /// -α/2 - 1: the steps for which arXiv 2306.08125 proves compressibility (second-hand, docs/paper.md).
      case theorem
    }

    /// - Parameters:
    ///   - constant: c > 0.
    ///   - power: the exponent of n; 0 where the step is the same for every n.
    public init(constant: Double, power: Power = .number(0)) { (self.constant, self.power) = (constant, power) }

    /// c n^power.
    public func value(particles: Int, alpha: Double) -> Double {
      let exponent =
        switch power {
        case .number(let exponent): exponent
        case .theorem: -alpha / 2 - 1
        }
      return constant * pow(Double(particles), exponent)
    }
  }

  /// When training ends.
  public enum Stop: Sendable, Hashable {
    case steps(Int)
    /// At a time T; the step is the largest that divides it, of those up to the step that is asked for.
    case horizon(Double)
    /// After the step, noise included, that brings the training accuracy to this, or after the most steps. With minibatches
    /// it is looked at at the end of each pass through the data.
    case trainAccuracy(Double, maxSteps: Int)
  }

  /// One criterion with one threshold.
  public struct Pruning: Sendable, Hashable {
    public let criterion: PruningCriterion
    /// In [0, 1].
    public let threshold: Double

    public init(_ criterion: PruningCriterion, threshold: Double) {
      (self.criterion, self.threshold) = (criterion, threshold)
    }

    /// How many of n neurons a ratio drops.
    func neuronsOfRatio(_ count: Int) -> Int { Int((threshold * Double(count)).rounded()) }
  }

  /// The particles' model; that of a width is `model(particles:)`.
  public let model: any McKeanVlasovModel
  /// The data that a network is tested on.
  public let testData: LabelledData?
  /// What drives the particles.
  public let noise: LevyNoise
  public let step: Step
  public let stop: Stop
  /// The widths n, in the order of the table.
  public let particles: [Int]
  public let prunings: [Pruning]
  /// Independent systems of each width.
  public let replicas: Int
  /// For the rate in n: so many draws of the noise of the whole horizon beside each system, as a control variate; 0 for none.
  public let noiseDraws: Int
  /// Of the noise; runs of the same seed share it.
  public let seed: UInt32
  /// Of the particles' numbers.
  public let precision: Precision
  /// Whether an experiment run writes the states.
  public let savesWeights: Bool

  /// - Parameters:
  ///   - particles: different widths, at least one.
  ///   - prunings: different ones, at least one.
  ///   - replicas: at least 1.
  /// - Throws: `SimulationError`.
  public init(
    model: any McKeanVlasovModel, testData: LabelledData? = nil, noise: LevyNoise, step: Step, stop: Stop,
    particles: [Int], prunings: [Pruning] = [Pruning(.squaredFrobenius, threshold: 0.1)], replicas: Int = 1,
    noiseDraws: Int = 0, seed: UInt32 = 1, precision: Precision = .double, savesWeights: Bool = false
  ) throws(SimulationError) {
    (self.model, self.testData, self.noise, self.step, self.stop) = (model, testData, noise, step, stop)
    (self.particles, self.prunings, self.replicas, self.noiseDraws) = (particles, prunings, replicas, noiseDraws)
    (self.seed, self.precision, self.savesWeights) = (seed, precision, savesWeights)
    try precision.require(of: model, noise: noise)
    guard !particles.isEmpty, Set(particles).count == particles.count else {
      throw .invalidValue(
        parameter: "particles", found: "\(particles)", allowed: "a whole number, or a list of different ones")
    }
    for particles in particles {
      try SimulationError.requireCount(particles, "particles")
      _ = try grid(particles: particles)
    }
    guard !prunings.isEmpty, Set(prunings).count == prunings.count,
      prunings.allSatisfy({ (0...1).contains($0.threshold) })
    else {
      throw .invalidValue(
        parameter: "threshold", found: "\(prunings.map(\.threshold))",
        allowed: "different numbers from 0 to 1 of each criterion")
    }
    try SimulationError.requireCount(replicas, "replicas")
    let (draws, overflows) = replicas.multipliedReportingOverflow(by: noiseDraws + 1)
    try SimulationError.requireCount(overflows ? Int.max : draws, "noise-draws")
    if case .trainAccuracy = stop, !(model is TwoLayerNetwork) {
      throw .invalidValue(
        parameter: "stop", found: "the training accuracy of \(model.name)",
        allowed: "{ steps } or { horizon }, or a two-layer-network")
    }
    guard noiseDraws == 0 || fixedHorizon else {
      throw .invalidValue(
        parameter: "noise-draws", found: "\(noiseDraws) with a number of steps that is not known beforehand",
        allowed: "0, or stop = { steps } or { horizon }")
    }
    guard noiseDraws == 0 || noise.scale == 0 || !fittedMetrics.isEmpty else {
      throw .invalidValue(
        parameter: "noise-draws", found: "\(noiseDraws) without a rate",
        allowed: "0, or one threshold of the ratio, of each width some neurons dropped and some kept, two widths in "
          + "increasing order and \(ErrorStudy.fewestReplicas) replicas")
    }
  }

  /// Whether the number of steps is known beforehand.
  private var fixedHorizon: Bool { if case .trainAccuracy = stop { false } else { true } }

  /// The model of a width.
  func model(particles: Int) -> any McKeanVlasovModel {
    (model as? TwoLayerNetwork)?.resized(neurons: particles) ?? model
  }

  /// The steps of a width, or the most of them.
  public func grid(particles: Int) throws(SimulationError) -> TimeGrid {
    let step = step.value(particles: particles, alpha: noise.alpha)
    guard step > 0, step.isFinite else {
      throw .invalidValue(parameter: "dt", found: "\(step) for n = \(particles)", allowed: "a finite number above 0")
    }
    switch stop {
    case .steps(let steps), .trainAccuracy(_, let steps):
      let horizon = step * Double(steps)
      guard horizon.isFinite else {
        throw .invalidValue(
          parameter: "dt", found: "\(step), and \(steps) of them are no finite time", allowed: "a smaller step")
      }
      return try TimeGrid(horizon: horizon, steps: steps)
    case .horizon(let horizon):
      // a step that divides the horizon does so to rounding: 2.1 / 0.3 is above 7
      let steps = (horizon / step * (1 - 0x1p-50)).rounded(.up)
      guard steps < 0x1p32 else {
        throw .invalidValue(
          parameter: "dt", found: "\(step) for n = \(particles), which is \(steps) steps", allowed: "a larger step")
      }
      return try TimeGrid(horizon: horizon, steps: max(1, Int(steps)))
    }
  }

  /// The system of a width, with the most steps that it may take.
  private func system(particles: Int) -> CoupledSystems.System {
    .init(particles: particles, steps: (try? grid(particles: particles).steps) ?? 1)
  }

  /// What is simulated for each width: the systems, their noise once more for the controls, and the further draws of it.
  var runs: [(systems: [CoupledSystems.System], replicas: Int)] {
    let hasNoise = noise.scale > 0
    return particles.map(system).flatMap { system in
      let draw = CoupledSystems.System(particles: system.particles, steps: 1)
      return [([system], replicas)] + (hasNoise ? [([system], replicas)] : [])
        + (hasNoise && noiseDraws > 0 ? [([draw], replicas * noiseDraws)] : [])
    }
  }

  /// One system, trained and pruned.
  public struct PrunedSystem: Sendable {
    public let particles: Int
    /// η.
    public let step: Double
    public let replica: Int
    /// Steps taken; of a system that is no longer finite, those after which that was found.
    public let steps: Int
    /// One result for each of the study's prunings; none where a number or the loss is no longer finite.
    public let results: [PruningResult]
    /// Loss and accuracy of the full network: of the training data, then of the test data.
    public let before: (train: Performance?, test: Performance?)
    /// Hill's estimate of the norms' tail index; nil where there are too few.
    public let tailIndex: Double?
    /// The log relative errors of the further draws of the noise, `[draw][pruning]`.
    let logErrorsOfDraws: [[Double]]
  }

  public typealias Performance = (loss: Double, accuracy: Double)

  /// What one pruning does to a system.
  public struct PruningResult: Sendable {
    public let prunedFraction: Double
    /// ‖pruned - full‖_F / ‖full‖_F over the numbers that take noise.
    public let relativeError: Double
    /// The pruned fraction of the initial values plus the increments, without drift, and of the increments alone.
    public let baselinePrunedFraction: Double
    /// nil without noise, as the next number.
    public let noisePrunedFraction: Double?
    /// The relative error of the increments alone.
    public let noiseRelativeError: Double?
    /// Loss and accuracy of the pruned network.
    public let train, test: Performance?
  }

  /// The numbers of one system at the beginning and the end, particles × components, row-major.
  public struct States: Sendable {
    public let replica: Int
    public let initial, final: [Double]
    /// The sum of the system's increments, particles × noisy components.
    public let increments: [Double]
  }

  /// Bytes of one width on so many threads.
  func bytes(particles: Int, threads: Int) -> Double {
    let engines = Replicas.engines(count: replicas, threads: threads)
    let model = model(particles: particles)
    let training = CoupledSystems.bytes(
      model: model, noise: noise, systems: [system(particles: particles)], threads: threads / engines,
      precision: precision)
    let numbers = Double(particles) * Double(model.shape.components)
    // initial and final states, the control and its engine, norms and orders
    let results = 200 * Double(replicas) * Double(prunings.count) + 8 * Double(replicas * noiseDraws * prunings.count)
    return Double(engines) * (training + 8 * 6 * numbers) + results
  }

  /// Trains, prunes and judges every system of one width.
  ///
  /// - Parameter record: handed the states of each system; called in parallel for different replicas.
  /// - Returns: replica by replica.
  /// - Throws: `SimulationError.tooMuchMemory`, and whatever `record` throws.
  public func run(
    particles: Int, threads: Int = ProcessInfo.processInfo.activeProcessorCount, progress: ReplicaProgress? = nil,
    logger: Logger = Logger(label: "mckean"), record: (@Sendable (States) throws -> Void)? = nil
  ) throws -> [PrunedSystem] {
    try SimulationError.requireMemory(bytes(particles: particles, threads: threads))
    let grid = try grid(particles: particles)
    // n Δt / n may differ from Δt by rounding
    let step = if case .horizon = stop { grid.step } else { self.step.value(particles: particles, alpha: noise.alpha) }
    let model = model(particles: particles)
    let loop = try Replicas(count: replicas, threads: threads)
    let evaluator = (model as? TwoLayerNetwork).map { network in
      (train: network.evaluated(on: network.data), test: testData.map { network.evaluated(on: $0) })
    }
    let setting =
      "n = \(particles) "
      + (noise.law == .none
        ? "without noise" : "at alpha = \(noise.alpha), \(noise.shape.rawValue), scale = \(noise.scale)")
    let systems = try loop.map(
      makeWorker: {
        try CoupledSystems(
          model: model, noise: noise, horizon: grid.horizon, systems: [.init(particles: particles, steps: grid.steps)],
          seed: seed, threads: loop.threadsPerWorker, precision: precision)
      }, progress: progress
    ) { engine, replica in
      let training = try train(engine, replica: replica, evaluator?.train)
      let increments =
        noise.scale > 0
        ? try increments(
          noiseAlone(
            particles: particles, time: grid.step * Double(training.steps), steps: training.steps,
            threads: loop.threadsPerWorker), replica: replica)
        : Array(repeating: 0, count: particles * model.shape.noisy)
      try record?(
        States(
          replica: Int(replica), initial: training.initial, final: training.final, increments: increments))
      func failed(_ problem: String) -> PrunedSystem {
        logger.warning(
          "replica \(replica) of \(setting): \(problem) after step \(training.steps); its rows have no results")
        return PrunedSystem(
          particles: particles, step: step, replica: Int(replica), steps: training.steps, results: [],
          before: (nil, nil), tailIndex: nil, logErrorsOfDraws: [])
      }
      if let nonFinite = training.nonFinite {
        return failed("particle \(nonFinite.particle) is not a finite number")
      }
      let inputs = model.shape.noisy
      let weights = training.final.columns(0..<inputs, of: model.shape.components)
      let initial = training.initial.columns(0..<inputs, of: model.shape.components)
      let pruning = NetworkPruning(weights: weights, inputs: inputs)
      let baseline = NetworkPruning(weights: zip(initial, increments).map { $0 + $1 }, inputs: inputs)
      let noiseAlone = NetworkPruning(weights: increments, inputs: inputs)
      let cuts = prunings.map(pruning.dropped)
      let train = evaluator?.train.performance(of: training.final, order: pruning.order, dropping: [0] + cuts)
      let test = evaluator?.test?.performance(of: training.final, order: pruning.order, dropping: [0] + cuts)
      if let train, !train[0].loss.isFinite { return failed("the loss is not a finite number") }
      if let test, !test[0].loss.isFinite { return failed("the loss on the test data is not a finite number") }
      let count = Double(particles)
      let results = zip(prunings, cuts).enumerated().map { index, part in
        let (rule, cut) = part
        let cutOfNoise = noise.scale > 0 ? noiseAlone.dropped(by: rule) : nil
        return PruningResult(
          prunedFraction: Double(cut) / count, relativeError: pruning.relativeError(dropping: cut),
          baselinePrunedFraction: Double(baseline.dropped(by: rule)) / count,
          noisePrunedFraction: cutOfNoise.map { Double($0) / count },
          noiseRelativeError: cutOfNoise.map { noiseAlone.relativeError(dropping: $0) }, train: train?[index + 1],
          test: test?[index + 1])
      }
      return PrunedSystem(
        particles: particles, step: step, replica: Int(replica), steps: training.steps, results: results,
        before: (train?[0], test?[0]), tailIndex: TailIndex.hill(of: pruning.norms)?.value,
        logErrorsOfDraws: try logErrorsOfDraws(particles: particles, replica: replica, horizon: grid.horizon))
    }
    if case .trainAccuracy(let target, let most) = stop {
      let untrained = systems.count { $0.steps == most && $0.before.train.map { $0.accuracy < target } ?? false }
      if untrained > 0 {
        logger.warning(
          "\(untrained) of \(systems.count) networks of \(setting) did not reach training accuracy \(target) in \(most) steps"
        )
      }
    }
    return systems
  }

  // MARK: - Rates

  /// The pruning whose relative errors have a rate in n: the one fraction that is dropped, where there is one and it drops
  /// some neurons of each width, not all.
  private var fixedFraction: Int? {
    let ratios = prunings.indices.filter { prunings[$0].criterion == .ratio }
    guard ratios.count == 1 else { return nil }
    let dropped = particles.map { (particles: $0, dropped: prunings[ratios[0]].neuronsOfRatio($0)) }
    return dropped.allSatisfy { 0 < $0.dropped && $0.dropped < $0.particles } ? ratios[0] : nil
  }

  /// The errors that rates are fitted to: with one fraction, increasing widths and replicas enough.
  var fittedMetrics: [Metric] {
    guard fixedFraction != nil, particles.count > 1, particles == particles.sorted(), noise.scale > 0,
      replicas >= ErrorStudy.fewestReplicas
    else { return [] }
    return fixedHorizon ? Metric.ofPruning : [.relativeError]
  }

  /// The curves of relative errors over the widths.
  ///
  /// With further draws, log e of a system is corrected by how far its own noise is from the mean of further draws:
  /// log e - log e_noise + mean of the draws. It has the mean of log e, and the less variance the more of e is the noise's.
  ///
  /// - Parameter systems: of each width, replica by replica.
  func curves(of systems: [[PrunedSystem]]) -> [ErrorCurve] {
    guard let index = fixedFraction else { return [] }
    return fittedMetrics.map { metric in
      ErrorCurve(
        metric: metric, p: nil, sweep: .compressibility,
        levels: systems.map { .init(particles: $0[0].particles, steps: $0[0].steps, step: $0[0].step) },
        samples: systems.map { $0.map { Self.error(metric, of: $0, pruning: index) } }, tailIndex: nil,
        nonFiniteReplicas: Set(systems.flatMap { $0.filter(\.results.isEmpty).map(\.replica) }))
    }
  }

  private static func error(_ metric: Metric, of system: PrunedSystem, pruning index: Int) -> Double {
    guard !system.results.isEmpty else { return .nan }
    let (own, ofNoise) = (system.results[index].relativeError, system.results[index].noiseRelativeError!)
    let draws = system.logErrorsOfDraws.map { $0[index] }
    guard !draws.isEmpty else { return metric == .relativeError ? own : ofNoise }
    let mean = draws.reduce(0, +) / Double(draws.count)
    return metric == .relativeError ? own / ofNoise * exp(mean) : exp(mean)
  }

  // MARK: - Training

  /// Thrown to leave the engine once the training accuracy is reached.
  private struct IsTrained: Error { let steps: Int }

  private func train(_ engine: CoupledSystems, replica: UInt32, _ network: TwoLayerNetwork?) throws -> (
    initial: [Double], final: [Double], steps: Int, nonFinite: CoupledSystems.NonFiniteState?
  ) {
    var initial: [Double] = []
    let stepsBetweenLooks = (engine.model as? TwoLayerNetwork)?.batchesAPass ?? 1
    var (steps, nonFinite) = (engine.grid.steps, nil as CoupledSystems.NonFiniteState?)
    do {
      nonFinite = try engine.run(
        replica: replica,
        afterStep: { step in
          if step == 0 { initial = engine.states(of: 0) }
          guard case .trainAccuracy(let target, _) = stop, let network, step > 0, step % stepsBetweenLooks == 0
          else { return }
          if accuracy(of: network, in: engine) >= target { throw IsTrained(steps: step) }
        })
      if let nonFinite { steps = nonFinite.step }
    } catch let end as IsTrained { steps = end.steps }
    return (initial, engine.states(of: 0), steps, nonFinite)
  }

  /// The accuracy on all training data.
  private func accuracy(of network: TwoLayerNetwork, in engine: CoupledSystems) -> Double {
    let particles = engine.systems[0].particles
    guard (engine.model as? TwoLayerNetwork)?.batchSize != nil else {
      let outputs = network.outputs(ofMeanField: engine.meanField(of: 0))
      return outputs.allSatisfy(\.isFinite) ? network.performance(ofOutputs: outputs).accuracy : 0
    }
    return network.performance(of: engine.states(of: 0), order: Array(0..<particles), dropping: [0])[0].accuracy
  }

  // MARK: - Control

  /// Particles that start at 0 and feel the noise alone.
  private func noiseAlone(particles: Int, time: Double, steps: Int, threads: Int) throws -> CoupledSystems {
    try CoupledSystems(
      model: OrnsteinUhlenbeck(theta: 0, coupling: 0, dimension: model.shape.noisy, initial: .constant(0)),
      noise: noise, horizon: time,
      systems: [.init(particles: particles, steps: steps)], seed: seed, threads: threads, precision: precision)
  }

  /// The sum of the increments of one replica, particles × inputs, row-major.
  private func increments(_ noiseAlone: CoupledSystems, replica: UInt32) throws -> [Double] {
    try noiseAlone.run(replica: replica, stopAtNonFinite: false)
    return noiseAlone.states(of: 0)
  }

  /// Log relative errors of further draws of the noise of the whole horizon, in one step each: `[draw][pruning]`.
  private func logErrorsOfDraws(particles: Int, replica: UInt32, horizon: Double) throws -> [[Double]] {
    guard noiseDraws > 0, noise.scale > 0 else { return [] }
    let engine = try noiseAlone(particles: particles, time: horizon, steps: 1, threads: 1)
    return try (0..<noiseDraws).map { draw in
      let numbered = UInt32(replicas + Int(replica) * noiseDraws + draw)
      let noiseAlone = NetworkPruning(weights: try increments(engine, replica: numbered), inputs: model.shape.noisy)
      return prunings.map {
        log(noiseAlone.relativeError(dropping: noiseAlone.dropped(by: $0)))
      }
    }
  }
}
