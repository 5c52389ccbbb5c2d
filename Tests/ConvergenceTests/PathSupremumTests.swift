import Foundation
import McKeanVlasov
import Testing

/// The supremum over time of a piecewise constant path's error: docs/theory.md, section 15.
@Suite struct PathSupremumTests {
  private static func curve(
    _ metric: Metric = .pathSup, model: any McKeanVlasovModel, noise: LevyNoise, from steps: Int = 16,
    to end: Int = 256,
    particles: Int = 4, replicas: Int = 2000, p: Double
  ) throws -> ErrorCurve {
    let study = try ErrorStudy.strong(
      model: model, noise: noise, horizon: 1, steps: .range(from: steps, to: end), particles: particles,
      replicas: replicas, p: [p], seed: 7)
    return try #require(try study.run().first { $0.metric == metric })
  }

  /// Without a drift the error against twice the steps is the largest of K increments over half a step: P(sup ≤ x) =
  /// P(|SαS(s)| ≤ x)^K, s = σ (Δt/2)^{1/α}. Cauchy's law by atan, the normal by erfc, each within 4 standard errors; the
  /// largest of the increments of a whole step, or of half of them, is not.
  @Test(arguments: [1.0, 2]) func largestIncrementIsExact(alpha: Double) throws {
    let p = alpha / 4
    let curve = try Self.curve(
      model: OrnsteinUhlenbeck(theta: 0, coupling: 0), noise: try LevyNoise(law: .stable(alpha: alpha), scale: 0.7),
      to: 64, replicas: 4000, p: p)
    func moment(count: Int, scale: Double) -> Double {
      // E M^p = s^p ∫ P(M > e^y s) p e^{py} dy, by the trapezoidal rule on the line
      let spacing = 0.01
      var sum = 0.0
      for k in -3000...6000 {
        let x = exp(Double(k) * spacing)
        let tail = alpha == 1 ? 2 * atan2(1, x) / .pi : erfc(x / 2)
        let ofMaximum = -expm1(Double(count) * log1p(-tail))
        sum += ofMaximum * p * pow(x, p) * spacing
      }
      return pow(scale, p) * sum
    }
    for (level, samples) in zip(curve.levels, curve.samples) {
      let mean = SampleMean(samples)
      func deviation(count: Int, time: Double) -> Double {
        mean.deviation(from: moment(count: count, scale: 0.7 * pow(time, 1 / alpha)))
      }
      let half = level.step / 2
      print("largest increment, alpha = \(alpha), \(level.steps): \(deviation(count: level.steps, time: half))")
      #expect(abs(deviation(count: level.steps, time: half)) < 4)
      #expect(abs(deviation(count: level.steps, time: level.step)) > 4)
      #expect(abs(deviation(count: level.steps / 2, time: half)) > 4)
    }
  }

  /// The largest jump does not shrink with the step; the error at the horizon, on the same noise, does.
  @Test(arguments: [1.2, 1.5]) func exponentIsZero(alpha: Double) throws {
    let model = OrnsteinUhlenbeck(theta: 1, coupling: 1)
    let noise = try LevyNoise(law: .stable(alpha: alpha))
    let curve = try Self.curve(model: model, noise: noise, p: alpha / 4)
    let rate = try ConvergenceRate(fitting: curve)
    let claim = try #require(model.claim(on: .pathSup, in: .dt, noise: noise))
    print("path-sup, alpha = \(alpha): \(rate.slope), \(rate.interval)")
    #expect(claim.exponent == 0 && claim.kind == .rate)
    #expect(Verdict(of: claim, on: rate, in: .dt, nonFinite: 0) == .agrees)
    let ofOffGrid = Claim(exponent: 1 / alpha, alternative: 1, source: "")
    #expect(Verdict(of: ofOffGrid, on: rate, in: .dt, nonFinite: 0) == .violated)
    let atHorizon = try ConvergenceRate(fitting: try Self.curve(.terminal, model: model, noise: noise, p: alpha / 4))
    #expect(Verdict(of: claim, on: atHorizon, in: .dt, nonFinite: 0) == .violated)
  }

  /// Without noise the coarse path misses the drift of a step.
  @Test func orderIsOneWithoutNoise() throws {
    let model = OrnsteinUhlenbeck(theta: 1, coupling: 1, initial: .normal(mean: 3, standardDeviation: 1))
    let noise = try LevyNoise(law: .stable(alpha: 1.5), scale: 0)
    let rate = try ConvergenceRate(fitting: try Self.curve(model: model, noise: noise, replicas: 200, p: 0.5))
    let claim = try #require(model.claim(on: .pathSup, in: .dt, noise: noise))
    #expect(claim.exponent == 1)
    #expect(Verdict(of: claim, on: rate, in: .dt, nonFinite: 0) == .agrees)
    let ofJumps = Claim(exponent: 0, source: "")
    #expect(Verdict(of: ofJumps, on: rate, in: .dt, nonFinite: 0) == .violated)
  }

  /// √(Δt log(1/Δt)) is no power: nothing is claimed.
  @Test func nothingIsClaimedOfNormalNoise() throws {
    let model = OrnsteinUhlenbeck(theta: 1, coupling: 1)
    #expect(model.claim(on: .pathSup, in: .dt, noise: try LevyNoise(law: .stable(alpha: 2))) == nil)
    #expect(model.claim(on: .pathSup, in: .dt, noise: try LevyNoise(law: .brownian)) == nil)
  }
}
