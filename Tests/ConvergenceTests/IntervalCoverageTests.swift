import CGSL
import Foundation
import McKeanVlasov
import Testing

/// How often the 95 % interval of a slope holds the exact exponent.
@Suite struct IntervalCoverageTests {
  /// 1000 seeds of chaos errors at α = 1.5, n = 8…128, 64 replicas, whose exact exponent is -(1-1/α) = -1/3 at p = 0.5,
  /// and at p = 0.75 α, where the samples have infinite variance. A count of Binomial(1000, 0.95) lies within 92–98 % but
  /// for a probability of 2e-5.
  ///
  /// An interval for another exponent, and one that counts the particles of a system as independent, fail.
  @Test func slopeIntervalHoldsTheExactExponent() throws {
    let alpha = 1.5
    let model = OrnsteinUhlenbeck(theta: 1, coupling: 1)
    let noise = try LevyNoise(law: .stable(alpha: alpha))
    let (seeds, steps) = (1000, 4)
    let p = [0.5, 0.75 * alpha]
    let exact = -(1 - 1 / alpha)
    var held = [Int](repeating: 0, count: p.count)
    var heldWrongExponent = held
    var heldByNaiveInterval = held
    for seed in 1...seeds {
      let study = try ErrorStudy.chaos(
        model: model, noise: noise, horizon: 1, steps: steps, particles: .range(from: 8, to: 128), replicas: 64, p: p,
        seed: UInt32(seed))
      for curve in try study.run() where curve.metric == .terminal {
        let index = p.firstIndex(of: curve.p!)!
        let interval = try ConvergenceRate(fitting: curve).interval
        held[index] += interval.contains(exact) ? 1 : 0
        heldWrongExponent[index] += interval.contains(-0.5) ? 1 : 0
        heldByNaiveInterval[index] += naiveInterval(curve).contains(exact) ? 1 : 0
      }
    }
    print(
      "of \(seeds) intervals, at p = \(p): \(held) hold the exact exponent; counting particles, \(heldByNaiveInterval)")
    for index in p.indices {
      #expect((920...980).contains(held[index]), "p = \(p[index])")
      #expect(!(920...980).contains(heldWrongExponent[index]), "p = \(p[index])")
      #expect(!(920...980).contains(heldByNaiveInterval[index]), "p = \(p[index])")
    }
  }

  /// The interval of a weighted fit whose errors come from the spread over replicas × particles numbers, as if the
  /// particles of one system were independent. Here the errors of all particles of a system are the same number.
  private func naiveInterval(_ curve: ErrorCurve) -> ClosedRange<Double> {
    let x = curve.abscissae.map { log($0) }
    let means = curve.samples.map { SampleMean($0) }
    let y = means.map { log($0.value) / curve.p! }
    let deviations = zip(means, curve.levels).map {
      $0.standardError / $0.value / curve.p! / Double($1.particles).squareRoot()
    }
    let weights = deviations.map { 1 / ($0 * $0) }
    var (c0, c1, cov00, cov01, cov11, chiSquared) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    gsl_fit_wlinear(x, 1, weights, 1, y, 1, x.count, &c0, &c1, &cov00, &cov01, &cov11, &chiSquared)
    return c1 - 1.96 * cov11.squareRoot()...c1 + 1.96 * cov11.squareRoot()
  }
}
