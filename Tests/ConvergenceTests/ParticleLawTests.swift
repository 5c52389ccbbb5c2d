import CGSL
import Foundation
import McKeanVlasov
import Synchronization
import Testing

/// The law of one particle of the finite system after K steps of Euler's scheme.
@Suite struct ParticleLawTests {
  static let frequencies = [0.25, 0.5, 1, 1.5, 2.5]

  /// cos and sin of u X, averaged over the particles of each replica, at each frequency.
  ///
  /// The particles of a system depend on each other; the averages of different replicas do not.
  private func waves(
    _ model: OrnsteinUhlenbeck, _ noise: LevyNoise, particles: Int, steps: Int, center: Double, scale: Double
  ) throws -> (cosines: [[Double]], sines: [[Double]]) {
    let replicas = 80_000
    let study = try TrajectoryStudy(
      model: model, noise: noise, grid: try TimeGrid(horizon: 1, steps: steps), particles: particles,
      replicas: replicas, snapshots: 2)
    let waves = Mutex([[(cosine: Double, sine: Double)]](repeating: [], count: replicas))
    try study.run { replica, snapshot, states in
      guard snapshot == 1 else { return }
      let ofReplica = Self.frequencies.map { frequency in
        let phases = states.map { frequency * ($0 - center) / scale }
        return (
          cosine: phases.reduce(0) { $0 + cos($1) } / Double(particles),
          sine: phases.reduce(0) { $0 + sin($1) } / Double(particles)
        )
      }
      waves.withLock { $0[replica] = ofReplica }
    }
    let all = waves.withLock { $0 }
    return (
      Self.frequencies.indices.map { k in all.map { $0[k].cosine } },
      Self.frequencies.indices.map { k in all.map { $0[k].sine } }
    )
  }

  /// The empirical characteristic function at five frequencies, in units of the scale, is exp(-|u|^α) within 4 standard
  /// errors. The law of the limit, of noise that is 2 % too large, and of noise of scale √Δt fail the same check.
  @Test(arguments: [1.2, 1.5, 1.8, 2]) func characteristicFunctionIsExact(alpha: Double) throws {
    let model = OrnsteinUhlenbeck(theta: 0.5, coupling: 2, initial: .constant(3))
    let noise = try LevyNoise(law: .stable(alpha: alpha), scale: 0.7)
    let (particles, steps) = (4, 6)
    let exact = OrnsteinUhlenbeckExact(model, noise, horizon: 1)
    let scale = exact.scale(particles: particles, steps: steps)
    let (cosines, sines) = try waves(
      model, noise, particles: particles, steps: steps, center: exact.mean(from: 3, steps: steps), scale: scale)

    func largestDeviation(ifScaleWere other: Double) -> Double {
      zip(Self.frequencies, cosines)
        .map { abs(SampleMean($1).deviation(from: exp(-pow($0 * other / scale, alpha)))) }.max()!
    }
    #expect(largestDeviation(ifScaleWere: scale) < 4)
    for sine in sines { #expect(abs(SampleMean(sine).deviation(from: 0)) < 4) }

    #expect(largestDeviation(ifScaleWere: exact.limitScale(steps: steps)) > 4, "n = 4 is not told from the limit")
    #expect(largestDeviation(ifScaleWere: 1.02 * scale) > 4)
    if alpha < 1.8 {
      #expect(largestDeviation(ifScaleWere: scale * pow(1 / Double(steps), 1 / alpha - 0.5)) > 4)
    }
  }
}
