import Foundation
import Logging

/// One system, its states and observables recorded at equally spaced times, the first at 0 and the last at the horizon.
public struct TrajectoryStudy: Sendable {
  /// The particles' model.
  public let model: any McKeanVlasovModel
  /// What drives them.
  public let noise: LevyNoise
  /// The time grid.
  public let grid: TimeGrid
  /// n.
  public let particles: Int
  /// Independent repetitions of everything.
  public let replicas: Int
  /// Recorded times, at least 2.
  public let snapshots: Int
  /// What `run` returns of every snapshot.
  public let observables: [Observable]
  /// Whether an experiment run writes the states.
  public let writesStates: Bool
  /// Of the noise; runs of the same seed share it.
  public let seed: UInt32
  /// Of the particles' numbers.
  public let precision: Precision

  /// - Parameters:
  ///   - snapshots: at least 2; snapshots - 1 divides the number of steps.
  ///   - observables: what `run` returns of every snapshot.
  ///   - writesStates: false only where there are observables.
  /// - Throws: `SimulationError.invalidValue`.
  public init(
    model: any McKeanVlasovModel, noise: LevyNoise, grid: TimeGrid, particles: Int, replicas: Int = 1, snapshots: Int,
    observables: [Observable] = [], writesStates: Bool = true, seed: UInt32 = 1, precision: Precision = .double
  ) throws(SimulationError) {
    self.precision = precision
    try precision.require(of: model, noise: noise)
    try SimulationError.requireCount(particles, "particles")
    try SimulationError.requireCount(replicas, "replicas")
    guard snapshots >= 2, grid.steps % (snapshots - 1) == 0 else {
      throw .invalidValue(
        parameter: "snapshots", found: "\(snapshots)",
        allowed: "a whole number from 2 up, with snapshots - 1 a divisor of the \(grid.steps) steps")
    }
    guard writesStates || !observables.isEmpty else {
      throw .invalidValue(
        parameter: "states", found: "false", allowed: "true, or observables to look at in place of the states")
    }
    for observable in observables { try observable.require(of: model) }
    (self.model, self.noise, self.grid, self.particles) = (model, noise, grid, particles)
    (self.replicas, self.snapshots, self.seed) = (replicas, snapshots, seed)
    (self.observables, self.writesStates) = (observables, writesStates)
  }

  /// The times of the snapshots.
  public var times: [Double] { (0..<snapshots).map { grid.horizon * Double($0) / Double(snapshots - 1) } }

  var system: CoupledSystems.System { CoupledSystems.System(particles: particles, steps: grid.steps) }

  /// Bytes of the states, of a snapshot with the copy that is written and of the observables, on so many threads.
  func bytes(threads: Int) -> Double {
    let engines = Replicas.engines(count: replicas, threads: threads)
    let ofEngine = CoupledSystems.bytes(
      model: model, noise: noise, systems: [system], threads: threads / engines, precision: precision)
    let meters = ObservableMeter.bytes(observables, model: model, particles: particles)
    // a number of a snapshot, and its row of observables.csv
    let results = 128 * Double(replicas) * Double(snapshots) * Double(observables.count)
    let states = writesStates ? 16 * Double(particles) * Double(model.shape.components) : 0
    return Double(engines) * (ofEngine + meters + states) + results
  }

  /// Runs the replicas, hands over the states of each at each snapshot, and returns the observables.
  ///
  /// - Parameter record: called in parallel for different replicas, with the states as particles × components, row-major;
  ///   the components that never change are among them. nil where the states are not wanted.
  /// - Returns: `[replica][snapshot][observable]`.
  /// - Throws: `SimulationError.tooMuchMemory`, and whatever `record` throws.
  @discardableResult
  public func run(
    threads: Int = ProcessInfo.processInfo.activeProcessorCount, progress: ReplicaProgress? = nil,
    logger: Logger = Logger(label: "mckean"),
    record: (@Sendable (_ replica: Int, _ snapshot: Int, _ states: [Double]) throws -> Void)? = nil
  ) throws -> [[[Double]]] {
    try SimulationError.requireMemory(bytes(threads: threads))
    let loop = try Replicas(count: replicas, threads: threads)
    let stepsBetween = grid.steps / (snapshots - 1)
    return try loop.map(
      makeWorker: {
        let engine = try CoupledSystems(
          model: model, noise: noise, horizon: grid.horizon, systems: [system], seed: seed,
          threads: loop.threadsPerWorker, precision: precision)
        return (engine: engine, meter: ObservableMeter(observables, of: 0, in: engine))
      }, progress: progress
    ) { worker, replica in
      var values: [[Double]] = []
      let nonFinite = try worker.engine.run(
        replica: replica, stopAtNonFinite: false,
        afterStep: { step in
          guard step % stepsBetween == 0 else { return }
          try record?(Int(replica), step / stepsBetween, worker.engine.states(of: 0))
          values.append(worker.meter.values())
        })
      if let nonFinite {
        logger.warning(
          "replica \(replica), particle \(nonFinite.particle): not a finite number after step \(nonFinite.step)")
      }
      return values
    }
  }
}
