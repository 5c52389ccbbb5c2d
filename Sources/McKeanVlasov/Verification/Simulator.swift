import Foundation

/// Coupled systems, simulated from independent replicas of the noise to the horizon.
package struct CoupledRun: Sendable {
  package let model: any McKeanVlasovModel
  package let noise: LevyNoise
  package let horizon: Double
  package let systems: [CoupledSystems.System]
  package let replicas: Int
  package let seed: UInt32
}

/// What claims are tested on: the engine, or in a test of the claims another one, which they must find wrong.
package protocol Simulator: Sendable {
  /// The curves of a study of errors.
  func curves(of study: ErrorStudy, threads: Int) throws -> [ErrorCurve]

  /// Numbers of each replica from the states at the horizon: `[replica][number]`.
  ///
  /// - Parameter numbers: of one replica, whose states are `[system]`, each particles × components, row-major. Called in
  ///   parallel.
  func map(_ run: CoupledRun, threads: Int, _ numbers: @Sendable (_ states: [[Double]]) -> [Double]) throws
    -> [[Double]]
}

/// The engine itself.
package struct Engine: Simulator {
  package init() {}

  package func curves(of study: ErrorStudy, threads: Int) throws -> [ErrorCurve] { try study.run(threads: threads) }

  package func map(_ run: CoupledRun, threads: Int, _ numbers: @Sendable (_ states: [[Double]]) -> [Double]) throws
    -> [[Double]]
  {
    let loop = try Replicas(count: run.replicas, threads: threads)
    return try loop.map(
      makeWorker: {
        try CoupledSystems(
          model: run.model, noise: run.noise, horizon: run.horizon, systems: run.systems, seed: run.seed,
          threads: loop.threadsPerWorker)
      }, progress: nil
    ) { systems, replica in
      try systems.run(replica: replica)
      return numbers(run.systems.indices.map { systems.states(of: $0) })
    }
  }
}
