import CGSL
import Foundation
import McKeanVlasov
import Testing

/// How fast the relative error of a pruned system falls with its width.
@Suite struct CompressionRateTests {
  /// Particles that feel isotropic noise, and a drift where theta is not 0.
  private func text(
    alpha: String, theta: Double = 0, particles: String = "[64, 256, 1024, 4096]", replicas: Int = 160,
    noiseDraws: Int = 0, rest: String = ""
  ) -> String {
    """
    [model]
    name = "ornstein-uhlenbeck"
    theta = \(theta)
    coupling = 0.0
    dimension = 16
    initial = { law = "normal", standard-deviation = \(theta) }
    [noise]
    law = "stable"
    alpha = \(alpha)
    shape = "isotropic"
    [time]
    dt = 0.5
    [study]
    kind = "compressibility"
    stop = { steps = 2 }
    particles = \(particles)
    criterion = ["ratio", "squared-frobenius"]
    threshold = 0.9
    replicas = \(replicas)
    noise-draws = \(noiseDraws)
    seed = 12
    \(rest)
    """.replacing("standard-deviation = 0.0", with: "standard-deviation = 1e-300")
  }

  private func results(_ text: String) throws -> [RateResult] { try TestRun()(text, threads: 2) }

  @Test func aGeometricMean() throws {
    let samples = [(1...8).map { Double($0) }, (1...8).map { Double($0 * $0) }]
    func curve(_ metric: Metric) -> ErrorCurve {
      ErrorCurve(
        metric: metric, p: nil, sweep: .compressibility,
        levels: [10, 20].map { .init(particles: $0, steps: 1, step: 1) }, samples: samples, tailIndex: nil,
        nonFiniteReplicas: [2])
    }
    for metric in Metric.ofPruning {
      let estimates = curve(metric).estimates()
      // 8!/3 over seven replicas
      let expected = pow(13440, 1.0 / 7)
      for (estimate, expected) in zip(estimates, [expected, expected * expected]) {
        #expect(estimate.estimator == .geometricMean)
        #expect(abs(estimate.value / expected - 1) < 1e-14)
      }
      // groups of two, 1 and 5, 2 and 6, 7, 4 and 8
      let logs = [log(5.0) / 2, log(12.0) / 2, log(7.0), log(32.0) / 2]
      let deviation = gsl_stats_sd(logs, 1, 4) / 2 * gsl_cdf_tdist_Pinv(0.975, 3)
      let interval = try #require(estimates[0].interval)
      #expect(abs(interval.upperBound / (expected * exp(deviation)) - 1) < 1e-12)
      #expect(abs(interval.lowerBound / (expected * exp(-deviation)) - 1) < 1e-12)
    }
    #expect(curve(.terminalMedian).estimates()[0].value == 5)
  }

  /// n^{1/2 - 1/α} of pure noise, and no fall at α = 2. The widths are few and small: within 0.07 of the exponents.
  @Test func theRateOfPureNoise() throws {
    let results = try results(text(alpha: "[1.2, 1.5, 2.0]", noiseDraws: 4))
    #expect(results.count == 6)
    for result in results {
      let alpha = result.label.noise.alpha
      let slope = try #require(result.fitted).slope
      let expected = 0.5 - 1 / alpha
      #expect(abs(slope - expected) < (alpha == 2 ? 0.005 : 0.07), "\(result.curve.metric) \(alpha): \(slope)")
      #expect(result.curve.levels.map(\.particles) == [64, 256, 1024, 4096] && result.curve.variable == .n)
      // the model claims something of the noise alone
      let claim = result.curve.metric == .noiseRelativeError ? alpha < 2 ? expected : 0 : nil
      #expect(result.claim?.exponent == claim)
    }
    // the control: at α = 2 nothing falls, and α = 1.2 falls faster than 1.5
    let slopes = results.map { $0.fitted!.slope }
    #expect(slopes[0] < slopes[2] - 0.05 && slopes[2] < slopes[4] - 0.05)
  }

  /// With a drift, further draws of the noise take away a part of the variance and none of the mean.
  @Test func theControlVariate() throws {
    let plain = try results(text(alpha: "1.3", theta: 0.3, replicas: 256))
    let controlled = try results(text(alpha: "1.3", theta: 0.3, replicas: 256, noiseDraws: 30))
    for (plain, controlled) in zip(plain, controlled) {
      for (plain, controlled) in zip(plain.curve.estimates(), controlled.curve.estimates()) {
        let (wide, narrow) = (try #require(plain.interval), try #require(controlled.interval))
        let (width, narrower) = (log(wide.upperBound / wide.lowerBound), log(narrow.upperBound / narrow.lowerBound))
        #expect(narrower < width / 2, "\(plain) \(controlled)")
        // four standard errors, of a half-width of 2.13 of them
        #expect(abs(log(plain.value / controlled.value)) < 4 * width / 2 / 2.13, "\(plain) \(controlled)")
      }
      #expect(plain.curve.samples[0] != controlled.curve.samples[0])
    }
    // the draws of each replica are its own
    #expect(Set(controlled[1].curve.samples[0]).count == 256)
    // the control: the noise alone is another curve than the system
    #expect(plain[0].curve.samples != plain[1].curve.samples)
  }

  @Test func curvesNeedWidthsReplicasAndOneFraction() throws {
    let alpha = "1.5"
    #expect(try results(text(alpha: alpha, particles: "[8, 16]", replicas: 8)).count == 2)
    #expect(try results(text(alpha: alpha, particles: "[16, 8]", replicas: 8)).isEmpty)
    #expect(try results(text(alpha: alpha, particles: "16", replicas: 8)).isEmpty)
    #expect(try results(text(alpha: alpha, particles: "[8, 16]", replicas: 7)).isEmpty)
    let two = text(alpha: alpha, particles: "[8, 16]", replicas: 8)
    #expect(try results(two.replacing("threshold = 0.9", with: "threshold = [0.8, 0.9]")).isEmpty)
    #expect(try results(two.replacing("threshold = 0.9", with: "threshold = 1")).isEmpty)
    // of 8 particles none are dropped
    #expect(try results(two.replacing("threshold = 0.9", with: "threshold = 0.05")).isEmpty)
  }

  /// Networks at the theorem's steps: where noise outweighs the drift the slope is that of the noise of the same widths.
  @Test func networksAtTheStepsOfTheTheorem() throws {
    func slopes(scale: Double, noiseDraws: Int = 64) throws -> (network: Double, noise: Double) {
      let overrides = [
        "data.rows=40", "noise.alpha=1.2", "noise.scale=\(scale)", "study.particles=[16,32,64,128]",
        "study.replicas=24", "study.noise-draws=\(noiseDraws)",
      ]
      let text = try #require(Experiment.text(ofBuiltIn: "theorem-compressibility"))
      let withoutClaims = String(text[..<(try #require(text.range(of: "# noise of scale 1"))).lowerBound])
      let results = try TestRun()(withoutClaims, overrides: overrides, threads: 2)
      return (results[0].fitted!.slope, results[1].fitted!.slope)
    }
    let (network, noise) = try slopes(scale: 1)
    #expect(abs(network - noise) < 0.05, "\(network) \(noise)")
    #expect(abs(noise - (0.5 - 1 / 1.2)) < 0.1, "\(noise)")
    // the control: with little noise it is the initial weights that are pruned
    #expect(try slopes(scale: 1e-4, noiseDraws: 0).network > -0.1)
  }

  /// A claim of the user's own, limited to one scale of the noise.
  @Test func aClaimOnOneScale() throws {
    let claim = """
      [[claim]]
      metric = "relative-error"
      variable = "n"
      exponent = -0.4
      scale = 2.0
      source = "Theorem 1"
      """
    let text = text(alpha: "1.5\nscale = [1.0, 2.0]", particles: "[8, 16]", replicas: 8, rest: claim)
    let results = try results(text)
    #expect(results.map(\.label.noise.scale) == [1, 1, 2, 2])
    #expect(results.map { $0.claim?.exponent } == [nil, 0.5 - 1 / 1.5, -0.4, 0.5 - 1 / 1.5])
    let ofNone = text.replacing("scale = 2.0\nsource", with: "scale = 3.0\nsource")
    #expect(throws: SimulationError.self) { try Experiment(ofNone) }
  }
}
