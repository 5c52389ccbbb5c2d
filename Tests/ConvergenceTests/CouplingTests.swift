import Foundation
import McKeanVlasov
import Synchronization
import Testing

/// The errors of nested systems against those of systems that are simulated one at a time.
@Suite struct CouplingTests {
  /// Every state of one system: `paths[replica][step][particle]`.
  private func paths(_ model: any McKeanVlasovModel, _ noise: LevyNoise, particles: Int, seed: UInt32) throws
    -> [[[Double]]]
  {
    let steps = 8
    let study = try TrajectoryStudy(
      model: model, noise: noise, grid: try TimeGrid(horizon: 1, steps: steps), particles: particles, replicas: 8,
      snapshots: steps + 1, seed: seed)
    let paths = Mutex([[[Double]]](repeating: .init(repeating: [], count: steps + 1), count: study.replicas))
    try study.run { replica, snapshot, states in paths.withLock { $0[replica][snapshot] = states } }
    return paths.withLock { $0 }
  }

  /// Particle i has the same initial value and the same noise in a system of 5, of 15 and of 45: the samples of a chaos study
  /// are the errors between three trajectories. Trajectories of another seed give other errors.
  @Test func chaosErrorsAreThoseOfSeparateSystems() throws {
    let model = SineInteraction(theta: 1, coupling: 3, initial: .normal(mean: 1, standardDeviation: 2))
    let noise = try LevyNoise(law: .stable(alpha: 1.3), scale: 0.8)
    let sizes = [5, 15, 45]
    let curves = try ErrorStudy.chaos(
      model: model, noise: noise, horizon: 1, steps: 8, particles: .list(sizes), replicas: 8, p: [0.7], seed: 11
    ).run()
    func samples(_ metric: Metric, level: Int, seed: UInt32) throws -> [Double] {
      let (coarse, reference) = (
        try paths(model, noise, particles: sizes[level], seed: seed),
        try paths(model, noise, particles: sizes[level + 1], seed: seed)
      )
      return zip(coarse, reference).map { coarse, reference in
        let errors = zip(coarse, reference).map { zip($0, $1).map { abs($0 - $1) } }
        let ofParticles = (0..<sizes[level]).map { particle in
          metric.pathError == .terminal ? errors.last![particle] : errors.map { $0[particle] }.max()!
        }
        if metric == .particleMax { return pow(ofParticles.max()!, 0.7) }
        // odd sizes: the median is one of the errors
        return metric.isMedian
          ? ofParticles.sorted()[sizes[level] / 2]
          : ofParticles.reduce(0) { $0 + pow($1, 0.7) } / Double(sizes[level])
      }
    }
    #expect(curves.map(\.metric) == [.terminal, .gridSup, .particleMax, .terminalMedian, .gridSupMedian])
    for curve in curves {
      for level in 0..<2 {
        func agrees(seed: UInt32) throws -> Bool {
          zip(curve.samples[level], try samples(curve.metric, level: level, seed: seed)).allSatisfy {
            abs($0 - $1) < 1e-12 * $1
          }
        }
        #expect(try agrees(seed: 11), "\(curve.metric.rawValue), level \(level)")
        #expect(try !agrees(seed: 12))
      }
    }
  }
}
