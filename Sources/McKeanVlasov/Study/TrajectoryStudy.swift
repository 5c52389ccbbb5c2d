import Foundation
import Logging

/// One system, its states recorded at equally spaced times, the first at 0 and the last at the horizon.
public struct TrajectoryStudy: Sendable {
  public let model: any McKeanVlasovModel
  public let noise: LevyNoise
  public let grid: TimeGrid
  public let particles: Int
  public let replicas: Int
  public let snapshots: Int
  public let seed: UInt32
  public let precision: Precision

  /// - Parameter snapshots: at least 2; snapshots - 1 divides the number of steps.
  /// - Throws: `SimulationError.invalidValue`.
  public init(
    model: any McKeanVlasovModel, noise: LevyNoise, grid: TimeGrid, particles: Int, replicas: Int = 1, snapshots: Int,
    seed: UInt32 = 1, precision: Precision = .double
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
    (self.model, self.noise, self.grid, self.particles) = (model, noise, grid, particles)
    (self.replicas, self.snapshots, self.seed) = (replicas, snapshots, seed)
  }

  /// The times of the snapshots.
  public var times: [Double] { (0..<snapshots).map { grid.horizon * Double($0) / Double(snapshots - 1) } }

  var system: CoupledSystems.System { CoupledSystems.System(particles: particles, steps: grid.steps) }

  /// Bytes of the states and of a snapshot with the copy that is written, on so many threads.
  func bytes(threads: Int) -> Double {
    let engines = Replicas.engines(count: replicas, threads: threads)
    let ofEngine = CoupledSystems.bytes(
      model: model, noise: noise, systems: [system], threads: threads / engines, precision: precision)
    return Double(engines) * (ofEngine + 16 * Double(particles) * Double(model.shape.components))
  }

  /// Runs the replicas, and hands over the states of each at each snapshot.
  ///
  /// - Parameter record: called in parallel for different replicas, with the states as particles × components, row-major;
  ///   the components that never change are among them.
  /// - Throws: `SimulationError.tooMuchMemory`, and whatever `record` throws.
  public func run(
    threads: Int = ProcessInfo.processInfo.activeProcessorCount, progress: ReplicaProgress? = nil,
    logger: Logger = Logger(label: "mckean"),
    record: @Sendable (_ replica: Int, _ snapshot: Int, _ states: [Double]) throws -> Void
  ) throws {
    try SimulationError.requireMemory(bytes(threads: threads))
    let loop = try Replicas(count: replicas, threads: threads)
    let stepsBetween = grid.steps / (snapshots - 1)
    _ = try loop.map(
      makeWorker: {
        try CoupledSystems(
          model: model, noise: noise, horizon: grid.horizon, systems: [system], seed: seed,
          threads: loop.threadsPerWorker, precision: precision)
      }, progress: progress
    ) { engine, replica in
      let nonFinite = try engine.run(
        replica: replica, stopAtNonFinite: false,
        afterStep: { step in
          if step % stepsBetween == 0 { try record(Int(replica), step / stepsBetween, engine.states(of: 0)) }
        })
      if let nonFinite {
        logger.warning(
          "replica \(replica), particle \(nonFinite.particle): not a finite number after step \(nonFinite.step)")
      }
    }
  }
}
