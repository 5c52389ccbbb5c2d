import CGSL
import Foundation
import McKeanVlasov
import Testing

/// The errors of the Ornstein–Uhlenbeck system against their exact laws.
///
/// 12 settings, each with a seed of its own. A value is held against the closed form on the scale of the mean of |e|^p over
/// replicas, which are independent; particles are not. p ≤ α/4, so that the mean's standard error is itself well
/// estimated. The 114 values, most of them strongly correlated within a setting, are held to 4 standard errors.
@Suite struct ExactErrorsTests {
  struct Setting: Sendable, CustomTestStringConvertible {
    enum Sweep: Sendable {
      case chaos(Ladder, steps: Int)
      case strong(Ladder, particles: Int)
    }
    let seed: UInt32
    let law: LevyNoise.Law
    let model: OrnsteinUhlenbeck
    let scale: Double
    let horizon: Double
    let sweep: Sweep
    let reference: Reference

    init(
      _ seed: UInt32, _ law: LevyNoise.Law, theta: Double, coupling: Double, scale: Double, horizon: Double = 1,
      initial: Double = 0, _ sweep: Sweep, _ reference: Reference = .next
    ) {
      (self.seed, self.law, self.scale, self.horizon) = (seed, law, scale, horizon)
      model = OrnsteinUhlenbeck(theta: theta, coupling: coupling, initial: .constant(initial))
      (self.sweep, self.reference) = (sweep, reference)
    }

    var alpha: Double { if case .stable(let alpha) = law { alpha } else { 2 } }
    var p: [Double] { [alpha / 8, alpha / 4] }
    var testDescription: String { "\(sweep), \(reference), \(law), κ = \(model.coupling)" }

    /// - Parameter noiseFactor: what the noise is multiplied by, to make a wrong scheme.
    func study(replicas: Int = 2000, noiseFactor: Double = 1) throws -> ErrorStudy {
      let noise = try LevyNoise(law: law, scale: scale * noiseFactor)
      switch sweep {
      case .chaos(let particles, let steps):
        return try .chaos(
          model: model, noise: noise, horizon: horizon, steps: steps, particles: particles, replicas: replicas, p: p,
          seed: seed, reference: reference)
      case .strong(let steps, let particles):
        return try .strong(
          model: model, noise: noise, horizon: horizon, steps: steps, particles: particles, replicas: replicas, p: p,
          seed: seed, reference: reference)
      }
    }

    /// The scales of the errors at every level of a curve, of the scheme with the right noise.
    func exactScales(_ curve: ErrorCurve, systems: [CoupledSystems.System]) throws -> [Double] {
      let exact = OrnsteinUhlenbeckExact(model, try LevyNoise(law: law, scale: scale), horizon: horizon)
      let closing = systems.last!
      // The level after each; the last one's is the system that closes the ladder.
      let following = curve.levels.dropFirst().map { ($0.particles, $0.steps) } + [(closing.particles, closing.steps)]
      return zip(curve.levels, following).map { level, next in
        let (particles, steps) = reference == .next ? next : (closing.particles, closing.steps)
        switch sweep {
        case .chaos:
          return exact.chaosErrorScale(
            particles: level.particles, reference: reference == .exact ? nil : particles, steps: level.steps)
        case .strong:
          return exact.strongErrorScale(
            particles: level.particles, steps: level.steps, referenceSteps: steps,
            offGrid: curve.metric.pathError == .offGrid)
        }
      }
    }

    /// What noise of scale √Δt in place of Δt^{1/α} is larger by, Δt the step on which it is drawn.
    var wrongNoiseFactor: Double {
      let finest =
        switch (sweep, reference) {
        case (.chaos(_, let steps), _): steps
        case (.strong(.range(let from, let to, let factor), _), _):
          sequence(first: from) { $0 * factor }.first { $0 > to }!
        case (.strong, .size(let steps)): steps
        default: 1
        }
      return pow(horizon / Double(finest), 0.5 - 1 / alpha)
    }

    /// Whether the law of a curve is known: its p-th moment at the horizon or off the grid.
    func knows(_ curve: ErrorCurve) -> Bool { curve.metric == .terminal || curve.metric == .offGrid }

    /// How many standard errors each value of a curve is off.
    func deviations(_ curve: ErrorCurve, systems: [CoupledSystems.System]) throws -> [Double] {
      let p = curve.p!
      return try zip(zip(curve.estimates(), curve.samples), exactScales(curve, systems: systems)).map {
        measured, scale in
        let exact = pow(scale, p) * (try StableLaw(alpha: alpha).absoluteMoment(p))
        return (pow(measured.0.value, p) - exact) / SampleMean(measured.1).standardError
      }
    }
  }

  static let settings: [Setting] = [
    // chaos
    Setting(
      1, .stable(alpha: 1.2), theta: 1, coupling: 1, scale: 1, initial: 1,
      .chaos(.range(from: 4, to: 64), steps: 16)),
    Setting(
      2, .stable(alpha: 1.2), theta: 0.5, coupling: 2, scale: 0.5, horizon: 2,
      .chaos(.range(from: 8, to: 128), steps: 8), .exact),
    Setting(
      3, .stable(alpha: 1.5), theta: 1, coupling: -0.5, scale: 2, initial: -3,
      .chaos(.range(from: 2, to: 54, factor: 3), steps: 12)),
    Setting(
      4, .stable(alpha: 1.5), theta: 0, coupling: 1, scale: 1, .chaos(.list([4, 10, 32]), steps: 6), .size(512)),
    // a η = 2: the departure from the mean changes sign at each step and keeps its size
    Setting(
      5, .stable(alpha: 1.8), theta: 2, coupling: 3, scale: 1, horizon: 2, initial: 2,
      .chaos(.list([3, 10, 40, 100]), steps: 5), .exact),
    Setting(
      6, .stable(alpha: 1.8), theta: 1, coupling: 4, scale: 0.1, .chaos(.list([5, 15, 45, 135]), steps: 20)),
    Setting(
      7, .stable(alpha: 2), theta: 1, coupling: 1, scale: 1, initial: 5,
      .chaos(.range(from: 16, to: 64), steps: 10), .exact),
    Setting(8, .brownian, theta: 0.3, coupling: 2, scale: 3, .chaos(.range(from: 2, to: 32), steps: 10)),
    // strong
    Setting(
      9, .stable(alpha: 1.2), theta: 1, coupling: 0.5, scale: 1, .strong(.range(from: 8, to: 64), particles: 32)),
    Setting(
      10, .stable(alpha: 1.5), theta: 2, coupling: -1, scale: 0.3, horizon: 0.5,
      .strong(.list([4, 8, 16]), particles: 6), .size(512)),
    Setting(
      11, .stable(alpha: 1.8), theta: 1, coupling: 1, scale: 1,
      .strong(.range(from: 6, to: 54, factor: 3), particles: 10)),
    Setting(
      12, .stable(alpha: 2), theta: 0, coupling: 2, scale: 1, horizon: 3,
      .strong(.range(from: 8, to: 64), particles: 64)
    ),
  ]

  /// Each slope's interval, widened so that all 30 slopes together lie in theirs with probability 0.999, holds the slope
  /// of the same fit to the exact errors. At 95 % each, one or two of them would be expected to miss.
  @Test(arguments: settings) func valuesAndSlopesAreExact(_ setting: Setting) throws {
    let study = try setting.study()
    for curve in try study.run() where setting.knows(curve) {
      for (level, deviation) in zip(curve.levels, try setting.deviations(curve, systems: study.systems)) {
        #expect(abs(deviation) < 4, "\(curve.metric.rawValue), p = \(curve.p!), \(level)")
      }
      let slope = try Slope(fitting: curve)
      let exact = logLogSlope(curve.abscissae, try setting.exactScales(curve, systems: study.systems))
      #expect(slope.holds(exact), "\(curve.metric.rawValue), p = \(curve.p!): \(slope.rate.slope), exact \(exact)")
      if curve.variable == .n, setting.alpha == 1.2 {
        #expect(!slope.holds(-0.5), "the rate of bounded features would pass too")
      }
    }
  }

  /// A slope with the interval that it is judged by.
  struct Slope {
    let rate: ConvergenceRate
    private let widening: Double

    init(fitting curve: ErrorCurve) throws {
      rate = try ConvergenceRate(fitting: curve)
      widening = wideningOfInterval(toLevel: 1 - 1e-3 / 30, groups: ErrorCurve.groups(replicas: curve.replicas))
    }

    func holds(_ exponent: Double) -> Bool {
      abs(rate.slope - exponent) < widening * (rate.interval.upperBound - rate.slope)
    }
  }

  /// Noise of scale √Δt in place of Δt^{1/α} fails wherever it differs by 30 % or more.
  @Test(arguments: settings.filter { $0.wrongNoiseFactor > 1.3 }) func wrongPowerOfTheStepFails(_ setting: Setting)
    throws
  {
    let study = try setting.study(replicas: 500, noiseFactor: setting.wrongNoiseFactor)
    for curve in try study.run() where setting.knows(curve) {
      #expect(try setting.deviations(curve, systems: study.systems).allSatisfy { abs($0) > 4 })
    }
  }

  /// The strong errors of 64 normal particles, nearly independent, are enough to see noise that is 2 % too large.
  @Test func noiseThatIsTwoPercentTooLargeFails() throws {
    let setting = Self.settings[11]
    let study = try setting.study(noiseFactor: 1.02)
    for curve in try study.run() where setting.knows(curve) {
      #expect(try setting.deviations(curve, systems: study.systems).contains { abs($0) > 4 })
    }
  }

  // MARK: - Where there is nothing to measure

  /// Without interaction the systems agree, and the run says why there is no slope.
  @Test(arguments: [Reference.next, .exact, .size(512)]) func noInteractionHasNoChaosError(_ reference: Reference)
    throws
  {
    let study = try ErrorStudy.chaos(
      model: OrnsteinUhlenbeck(theta: 1, coupling: 0, initial: .constant(1)),
      noise: try LevyNoise(law: .stable(alpha: 1.2)), horizon: 1, steps: 16, particles: .range(from: 4, to: 32),
      replicas: 8, p: [0.3, 2], reference: reference)
    let curves = try study.run()
    #expect(curves.count == 8)
    for curve in curves {
      #expect(curve.estimates().allSatisfy { $0.value <= 1e-14 })
      #expect(throws: ConvergenceRate.Failure.exactAgreement) { try ConvergenceRate(fitting: curve) }
      #expect(study.model.claim(on: curve.metric, in: .n, noise: study.noise) == nil)
    }
    #expect(ConvergenceRate.Failure.exactAgreement.rawValue.contains("without interaction"))
  }

  // MARK: - Medians

  /// The median of |e| needs no moments: strong errors at α = 1 are Cauchy, whose |·| has the scale as its median, and
  /// chaos errors at α = 2 are normal.
  @Test(arguments: [1.0, 2.0]) func mediansAreExact(alpha: Double) throws {
    let model = OrnsteinUhlenbeck(theta: 1, coupling: 1)
    let noise = try LevyNoise(law: .stable(alpha: alpha))
    let exact = OrnsteinUhlenbeckExact(model, noise, horizon: 1)
    let replicas = 8000
    let study: ErrorStudy
    let scales: [Double]
    // median of |SαS(1)|, and its product with the density of |SαS(1)| there, which gives the error of a sample median
    let (median, density): (Double, Double)
    if alpha == 1 {
      study = try .strong(
        model: model, noise: noise, horizon: 1, steps: .range(from: 8, to: 32), particles: 1, replicas: replicas)
      scales = study.levels.map {
        exact.strongErrorScale(particles: 1, steps: $0.steps, referenceSteps: 2 * $0.steps)
      }
      (median, density) = (1, 1 / .pi)
    } else {
      study = try .chaos(
        model: model, noise: noise, horizon: 1, steps: 8, particles: .range(from: 8, to: 32), replicas: replicas,
        reference: .exact)
      scales = study.levels.map { exact.chaosErrorScale(particles: $0.particles, reference: nil, steps: 8) }
      let quartile = gsl_cdf_ugaussian_Pinv(0.75)
      (median, density) = (quartile * 2.0.squareRoot(), 2 * quartile * gsl_ran_ugaussian_pdf(quartile))
    }
    let curve = try #require(try study.run().first { $0.metric == .terminalMedian })
    let standardError = 1 / (2 * density * Double(replicas).squareRoot())
    for (estimate, scale) in zip(curve.estimates(), scales) {
      #expect(abs(log(estimate.value / (scale * median))) < 4 * standardError)
      #expect(abs(log(estimate.value / (scale * median * 1.15))) > 4 * standardError, "15 % off would pass too")
    }
    let slope = try Slope(fitting: curve)
    #expect(slope.holds(logLogSlope(curve.abscissae, scales)))
    #expect(!slope.holds(slope.rate.slope > 0 ? 0.5 : -1 / 3))
  }

  // MARK: - The formulas themselves

  /// Three formulas for one law, where they meet.
  @Test(arguments: [1.2, 1.5, 1.8, 2]) func closedFormsAgreeWithEachOther(alpha: Double) throws {
    let exact = OrnsteinUhlenbeckExact(
      OrnsteinUhlenbeck(theta: 0.7, coupling: 1.1), try LevyNoise(law: .stable(alpha: alpha), scale: 1.3), horizon: 2)
    let (n, steps) = (12, 9)
    let limit = exact.chaosErrorScale(particles: n, reference: nil, steps: steps)
    let next = exact.chaosErrorScale(particles: n, reference: 2 * n, steps: steps)
    // against 2n: (2n)^{1/α-1} in place of n^{1/α-1}
    #expect(abs(next / limit - pow(2, 1 / alpha - 1)) < 1e-12)
    let large = exact.chaosErrorScale(particles: n, reference: 1 << 60, steps: steps)
    #expect(abs(large / limit - 1) < 1e-3)
    #expect(abs(exact.scale(particles: 1 << 60, steps: steps) / exact.limitScale(steps: steps) - 1) < 1e-3)
    // a system of one feels no attraction
    let alone = OrnsteinUhlenbeckExact(
      OrnsteinUhlenbeck(theta: 0.7, coupling: 0), try LevyNoise(law: .stable(alpha: alpha), scale: 1.3), horizon: 2)
    #expect(abs(exact.scale(particles: 1, steps: steps) / alone.limitScale(steps: steps) - 1) < 1e-12)
  }
}
