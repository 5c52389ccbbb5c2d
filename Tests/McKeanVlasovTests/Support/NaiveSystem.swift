import CGSL
import Calibration
import Foundation
import McKeanVlasov

/// Interacting particles in plain arrays, one after the other: what the engine must reproduce.
struct NaiveSystem {
  let components: Int
  let moving: Int
  let noisy: Int
  let features: ([Double]) -> [Double]
  /// The drift of a particle's moving components in a mean field.
  let drift: (_ state: [Double], _ meanField: [Double]) -> [Double]
  let initial: [InitialLaw]
  let noise: LevyNoise
  let horizon: Double
  let seed: UInt32

  /// The states at the system's own times, from 0 on: steps + 1 × particles × components.
  ///
  /// - Parameters:
  ///   - fineSteps: the steps of the finest grid, whose increments a step adds up.
  ///   - flow: the mean field at each time, in place of the particles' own.
  ///   - first: the particle whose noise the first one has.
  func path(particles: Int, steps: Int, fineSteps: Int, replica: UInt32, flow: [[Double]]? = nil, first: Int = 0)
    -> [[[Double]]]
  {
    let stream = RandomStream(seed: seed)
    stream.select(replica: replica)
    var states = (0..<particles).map { particle in
      (0..<components).map { initial[$0].naiveDraw(particle: first + particle, component: $0, from: stream) }
    }
    var path = [states]
    let stride = fineSteps / steps
    for step in 0..<steps {
      var meanField = [Double](repeating: 0, count: features(states[0]).count)
      for state in states {
        for (k, value) in features(state).enumerated() { meanField[k] += value }
      }
      meanField = flow?[step] ?? meanField.map { $0 / Double(particles) }
      for particle in 0..<particles {
        var increment = [Double](repeating: 0, count: noisy)
        for fineStep in step * stride..<(step + 1) * stride {
          let fine = fineIncrement(first + particle, fineStep, horizon / Double(fineSteps), stream)
          for c in 0..<noisy { increment[c] += fine[c] }
        }
        let b = drift(states[particle], meanField)
        for c in 0..<moving { states[particle][c] += b[c] * horizon / Double(steps) + (c < noisy ? increment[c] : 0) }
      }
      path.append(states)
    }
    return path
  }

  /// Independent coordinates only.
  private func fineIncrement(_ particle: Int, _ step: Int, _ time: Double, _ stream: RandomStream) -> [Double] {
    (0..<noisy).map { component in
      stream.position(
        particle: UInt32(particle), step: UInt32(step), component: UInt32(component), purpose: .noise)
      return noise.scale == 0
        ? 0 : gsl_ran_levy(stream.generator, noise.scale * pow(time, 1 / noise.alpha), noise.alpha)
    }
  }
}

extension NaiveSystem {
  static func ornsteinUhlenbeck(
    theta: Double, coupling: Double, dimension: Int, initial: InitialLaw, noise: LevyNoise, horizon: Double,
    seed: UInt32
  ) -> NaiveSystem {
    NaiveSystem(
      components: dimension, moving: dimension, noisy: dimension, features: { $0 },
      drift: { x, m in zip(x, m).map { -theta * $0 - coupling * ($0 - $1) } },
      initial: Array(repeating: initial, count: dimension), noise: noise, horizon: horizon, seed: seed)
  }

  static func drivenOscillators(noise: LevyNoise, horizon: Double, seed: UInt32) -> NaiveSystem {
    NaiveSystem(
      components: 4, moving: 3, noisy: 2, features: DrivenOscillators.naiveFeatures,
      drift: DrivenOscillators.naiveDrift, initial: DrivenOscillators().initial, noise: noise, horizon: horizon,
      seed: seed)
  }
}
