import Foundation
import McKeanVlasov
import Testing

/// Errors of paths, as studies report them, against paths in plain arrays.
@Suite struct PathErrorTests {
  private static let horizon = 1.5
  private static func noise(_ alpha: Double) throws -> LevyNoise {
    try LevyNoise(law: .stable(alpha: alpha), scale: 0.3, sampler: .gsl)
  }
  private static func naive(_ noise: LevyNoise) -> NaiveSystem {
    .drivenOscillators(noise: noise, horizon: horizon, seed: 31)
  }

  /// |·| over the components that take noise: the first two of four.
  private static func distances(_ a: [[Double]], _ b: [[Double]]) -> [Double] {
    zip(a, b).map { hypot($0[0] - $1[0], $0[1] - $1[1]) }
  }

  /// What a metric makes of two paths, of which the reference has `ratio` steps in each of the coarser one's.
  private static func errors(_ metric: Metric, _ coarse: [[[Double]]], _ reference: [[[Double]]], ratio: Int)
    -> [Double]
  {
    let steps = coarse.count - 1
    switch metric.pathError {
    case .terminal: return distances(coarse[steps], reference[steps * ratio])
    case .gridSup:
      let atTimes = (0...steps).map { distances(coarse[$0], reference[$0 * ratio]) }
      return atTimes[0].indices.map { i in atTimes.map { $0[i] }.max()! }
    case .pathSup:
      let atTimes = (0...steps * ratio).map { distances(coarse[$0 / ratio], reference[$0]) }
      return atTimes[0].indices.map { i in atTimes.map { $0[i] }.max()! }
    default: return distances(coarse[steps - 1], reference[steps * ratio - ratio / 2])
    }
  }

  private static func sample(_ metric: Metric, _ p: Double?, _ errors: [Double]) -> Double {
    guard let p else {
      let sorted = errors.sorted()
      return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
    if metric == .particleMax { return errors.map { pow($0, p) }.max()! }
    return errors.reduce(0) { $0 + pow($1, p) } / Double(errors.count)
  }

  /// The errors grow from differences of states, so they are compared relative to the states' rounding.
  private static func check(_ curve: ErrorCurve, level: Int, replica: Int, _ expected: [Double]) {
    let sample = sample(curve.metric, curve.p, expected)
    let found = curve.samples[level][replica]
    #expect(abs(found - sample) < 1e-9 * max(1, sample), "\(curve.metric) \(curve.p ?? 0), level \(level)")
    #expect(sample > 1e-6)
  }

  @Test(arguments: [(1.6, [0.5, 1, 1.3]), (2.0, [0.5, 1, 2, 3])] as [(Double, [Double])])
  func strongErrors(alpha: Double, p: [Double]) throws {
    let noise = try Self.noise(alpha)
    let steps = [4, 8, 24]
    let study = try ErrorStudy.strong(
      model: DrivenOscillators(), noise: noise, horizon: Self.horizon, steps: .list(steps), particles: 21, replicas: 8,
      p: p, seed: 31)
    let curves = try study.run(threads: 2)
    #expect(
      curves.map(\.metric)
        == [.terminal, .gridSup, .offGrid, .pathSup, .particleMax].flatMap { Array(repeating: $0, count: p.count) }
        + [.terminalMedian, .gridSupMedian, .offGridMedian])
    for replica in 0..<8 {
      let paths = steps.map {
        Self.naive(noise).path(particles: 21, steps: $0, fineSteps: 24, replica: UInt32(replica))
      }
      for curve in curves {
        // Against 24 steps, 8 steps have no time between their grid points; 4 against 8 do.
        #expect(curve.levels.map(\.steps) == (curve.metric.pathError == .offGrid ? [4] : [4, 8]))
        for level in curve.levels.indices {
          Self.check(
            curve, level: level, replica: replica,
            Self.errors(curve.metric, paths[level], paths[level + 1], ratio: steps[level + 1] / steps[level]))
        }
      }
    }
  }

  @Test func strongErrorsAgainstOneReference() throws {
    let noise = try Self.noise(1.6)
    let study = try ErrorStudy.strong(
      model: DrivenOscillators(), noise: noise, horizon: Self.horizon, steps: .list([2, 3]), particles: 5, replicas: 8,
      seed: 31, reference: .size(102))
    for curve in try study.run(threads: 1) {
      // 102 / 2 is odd, 102 / 3 even.
      let levels = curve.metric.pathError == .offGrid ? [3] : [2, 3]
      #expect(curve.levels.map(\.steps) == levels)
      for (level, steps) in levels.enumerated() {
        let paths = [steps, 102].map {
          Self.naive(noise).path(particles: 5, steps: $0, fineSteps: 102, replica: 7)
        }
        Self.check(
          curve, level: level, replica: 7, Self.errors(curve.metric, paths[0], paths[1], ratio: 102 / steps))
      }
    }
  }

  @Test(arguments: [Reference.next, .size(160)])
  func chaosErrors(reference: Reference) throws {
    let noise = try Self.noise(1.6)
    let particles = reference == .next ? [4, 9, 2000] : [4, 9, 10]
    let study = try ErrorStudy.chaos(
      model: DrivenOscillators(), noise: noise, horizon: Self.horizon, steps: 3, particles: .list(particles),
      replicas: 8,
      p: [0.5, 1.1], seed: 31, reference: reference)
    let sizes = particles + (reference == .next ? [] : [160])
    let paths = sizes.map { Self.naive(noise).path(particles: $0, steps: 3, fineSteps: 3, replica: 5) }
    let curves = try study.run(threads: 2)
    #expect(
      curves.map(\.metric) == [
        .terminal, .terminal, .gridSup, .gridSup, .particleMax, .particleMax, .terminalMedian, .gridSupMedian,
      ])
    for curve in curves {
      #expect(curve.levels.map(\.particles) == (reference == .next ? [4, 9] : [4, 9, 10]))
      for level in curve.levels.indices {
        let other = reference == .next ? paths[level + 1] : paths[3]
        Self.check(
          curve, level: level, replica: 5,
          Self.errors(curve.metric, paths[level], other.map { Array($0.prefix(particles[level])) }, ratio: 1))
      }
    }
  }
}
