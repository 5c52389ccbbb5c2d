import Foundation
import McKeanVlasov
import Testing

/// `particle-max` and `path-sup`, as studies report them, against paths in plain arrays.
@Suite struct MaximumErrorTests {
  private static let (horizon, seed, p): (Double, UInt32, [Double]) = (1.5, 31, [0.5, 1.3])
  private static let replicas: [UInt32] = [0, 3, 7]

  private static func noise() throws -> LevyNoise { try LevyNoise(law: .stable(alpha: 1.6), scale: 0.3, sampler: .gsl) }

  private static func path(_ particles: Int, steps: Int, of fineSteps: Int, replica: UInt32) throws -> [[[Double]]] {
    NaiveSystem.drivenOscillators(noise: try noise(), horizon: horizon, seed: seed).path(
      particles: particles, steps: steps, fineSteps: fineSteps, replica: replica)
  }

  /// |·| over the components that take noise: the first two of four.
  private static func distances(_ a: [[Double]], _ b: [[Double]]) -> [Double] {
    zip(a, b).map { hypot($0[0] - $1[0], $0[1] - $1[1]) }
  }

  private static func isClose(_ found: Double, _ expected: Double) -> Bool {
    abs(found - expected) < 1e-9 * max(1, expected) && expected > 1e-6
  }

  /// max_i |e^i|^p at the horizon.
  @Test func particleMaxOfChaosErrors() throws {
    let sizes = [4, 9, 2000]
    let curves = try ErrorStudy.chaos(
      model: DrivenOscillators(), noise: try Self.noise(), horizon: Self.horizon, steps: 3, particles: .list(sizes),
      replicas: 8, p: Self.p, seed: Self.seed
    ).run(threads: 2).filter { $0.metric == .particleMax }
    #expect(curves.map(\.p) == Self.p)
    for replica in Self.replicas {
      let ends = try sizes.map { try Self.path($0, steps: 3, of: 3, replica: replica).last! }
      for curve in curves {
        #expect(curve.levels.map(\.particles) == [4, 9])
        for level in 0..<2 {
          let errors = Self.distances(ends[level], ends[level + 1])
          let found = curve.samples[level][Int(replica)]
          #expect(Self.isClose(found, pow(errors.max()!, curve.p!)))
        }
      }
    }
  }

  /// The coarse path stands still between its points, and the reference is looked at after each step of its own.
  @Test(arguments: [Reference.next, .size(96)]) func strongErrors(_ reference: Reference) throws {
    let steps = reference == .next ? [2, 4, 12] : [2, 3]
    let finest = reference == .next ? 12 : 96
    let curves = try ErrorStudy.strong(
      model: DrivenOscillators(), noise: try Self.noise(), horizon: Self.horizon, steps: .list(steps), particles: 21,
      replicas: 8, p: Self.p, seed: Self.seed, reference: reference
    ).run(threads: 2).filter { $0.metric == .pathSup || $0.metric == .particleMax }
    #expect(curves.map(\.metric) == [.pathSup, .pathSup, .particleMax, .particleMax])
    let levels = reference == .next ? [2, 4] : [2, 3]
    for replica in Self.replicas {
      let paths = try levels.map { try Self.path(21, steps: $0, of: finest, replica: replica) }
      let references =
        try reference == .next
        ? [paths[1], Self.path(21, steps: 12, of: finest, replica: replica)]
        : [[[[Double]]]](repeating: Self.path(21, steps: 96, of: finest, replica: replica), count: 2)
      for curve in curves {
        #expect(curve.levels.map(\.steps) == levels)
        for level in levels.indices {
          let (coarse, fine) = (paths[level], references[level])
          let ratio = (fine.count - 1) / (coarse.count - 1)
          let found = curve.samples[level][Int(replica)]
          if curve.metric == .particleMax {
            let errors = Self.distances(coarse.last!, fine.last!)
            #expect(Self.isClose(found, pow(errors.max()!, curve.p!)))
            // not the mean of the powers
            #expect(found > 1.01 * errors.reduce(0) { $0 + pow($1, curve.p!) } / 21)
            continue
          }
          let atTimes = fine.indices.map { Self.distances(coarse[$0 / ratio], fine[$0]) }
          func mean(_ times: [Int]) -> Double {
            let suprema = (0..<21).map { i in times.map { atTimes[$0][i] }.max()! }
            return suprema.reduce(0) { $0 + pow($1, curve.p!) } / 21
          }
          #expect(Self.isClose(found, mean(Array(fine.indices))))
          // the times of the coarse path alone would give less
          #expect(found > 1.01 * mean(fine.indices.filter { $0 % ratio == 0 }))
        }
      }
    }
  }

  /// Moments of the tail index and above do not exist between grid points, whatever the drift.
  @Test func momentsThatDoNotExistAreLeftOut() throws {
    func curves(_ theta: Double, _ p: [Double]) throws -> [Metric] {
      try ErrorStudy.strong(
        model: SineInteraction(theta: theta, coupling: 1), noise: try Self.noise(), horizon: 1,
        steps: .range(from: 2, to: 4), particles: 3, replicas: 8, p: p
      ).run(threads: 1).filter { $0.metric == .pathSup || $0.metric == .particleMax }.map(\.metric)
    }
    #expect(try curves(0, [1.5]) == [.pathSup, .particleMax])
    #expect(try curves(0, [1.6]) == [.particleMax])
  }
}
