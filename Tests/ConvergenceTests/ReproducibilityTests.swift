import Foundation
import McKeanVlasov
import Synchronization
import Testing

/// The numbers of a study do not depend on threads: neither where replicas run in parallel nor where blocks of particles do.
@Suite struct ReproducibilityTests {
  enum System: String, CaseIterable { case ornsteinUhlenbeck, sine, network }

  private func model(_ system: System) throws -> any McKeanVlasovModel {
    switch system {
    case .ornsteinUhlenbeck:
      return OrnsteinUhlenbeck(theta: 1, coupling: 1, initial: .normal(mean: 1, standardDeviation: 1))
    case .sine: return SineInteraction(theta: 1, coupling: 2, initial: .uniform(low: 0, high: 2))
    case .network:
      return try Files.withTemporaryDirectory { directory in
        let path = directory + "/two-classes.csv"
        try Files.writeTwoClasses(to: path, rows: 8, dimension: 3)
        let data = try LabelledData(contentsOf: path, label: .last)
        return try TwoLayerNetwork(data: data, activation: .tanh, loss: .crossEntropy)
      }
    }
  }

  /// Every sample of every curve, as bits.
  private func bits(_ study: ErrorStudy, threads: Int) throws -> [UInt64] {
    try study.run(threads: threads).flatMap { $0.samples.joined().map(\.bitPattern) }
  }

  /// The largest system has three blocks, so that with more threads than replicas its blocks are dealt to threads.
  @Test(arguments: System.allCases) func samplesDoNotDependOnThreads(_ system: System) throws {
    let model = try model(system)
    let noise = try LevyNoise(law: .stable(alpha: 1.5), shape: .isotropic)
    let large = 2 * model.shape.blockSize + 100
    func studies(seed: UInt32) throws -> [ErrorStudy] {
      [
        try .chaos(
          model: model, noise: noise, horizon: 1, steps: 4, particles: .list([10, model.shape.blockSize, large]),
          replicas: 8, seed: seed),
        try .strong(
          model: model, noise: noise, horizon: 1, steps: .range(from: 2, to: 4), particles: large, replicas: 8,
          seed: seed),
      ]
    }
    for (study, another) in zip(try studies(seed: 1), try studies(seed: 2)) {
      let once = try bits(study, threads: 1)
      for threads in [1, 2, 3, 9] { #expect(try bits(study, threads: threads) == once, "\(threads) threads") }
      #expect(zip(try bits(another, threads: 1), once).allSatisfy { $0 != $1 })
    }
  }

  @Test(arguments: System.allCases) func trajectoriesDoNotDependOnThreads(_ system: System) throws {
    let model = try model(system)
    func bits(seed: UInt32, threads: Int) throws -> [UInt64] {
      let study = try TrajectoryStudy(
        model: model, noise: try LevyNoise(law: .stable(alpha: 1.2)), grid: try TimeGrid(horizon: 1, steps: 4),
        particles: 2 * model.shape.blockSize + 100, replicas: 2, snapshots: 2, seed: seed)
      let last = Mutex([[Double]](repeating: [], count: study.replicas))
      try study.run(threads: threads) { replica, snapshot, states in
        if snapshot == 1 { last.withLock { $0[replica] = states } }
      }
      return last.withLock { $0.joined().map(\.bitPattern) }
    }
    let once = try bits(seed: 1, threads: 1)
    for threads in [1, 2, 3] { #expect(try bits(seed: 1, threads: threads) == once, "\(threads) threads") }
    #expect(try bits(seed: 2, threads: 1) != once)
  }
}
