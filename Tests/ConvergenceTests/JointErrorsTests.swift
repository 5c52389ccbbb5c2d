import CGSL
import Foundation
import McKeanVlasov
import Testing

/// The error of the Ornstein–Uhlenbeck system in n and the step together, against its exact law.
///
/// 6 settings of 16 levels and two moments, each with a seed of its own; values are held to 4 standard errors over replicas,
/// on the scale of the mean of |e|^p.
@Suite struct JointErrorsTests {
  struct Setting: Sendable, CustomTestStringConvertible {
    let seed: UInt32
    let alpha, theta, coupling, scale, horizon: Double

    var model: OrnsteinUhlenbeck { OrnsteinUhlenbeck(theta: theta, coupling: coupling) }
    var testDescription: String { "α = \(alpha), θ = \(theta), κ = \(coupling)" }
    func noise() throws -> LevyNoise { try LevyNoise(law: .stable(alpha: alpha), scale: scale) }

    func study(noise: LevyNoise? = nil) throws -> ErrorStudy {
      try .joint(
        model: model, noise: noise ?? self.noise(), horizon: horizon, steps: .range(from: 4, to: 32),
        particles: .range(from: 4, to: 32), replicas: 3000, p: alpha == 2 ? [0.5, 1] : [alpha / 4, 0.5], seed: seed)
    }
  }

  static let settings = [
    Setting(seed: 1, alpha: 1.2, theta: 1, coupling: 1, scale: 1, horizon: 1),
    Setting(seed: 2, alpha: 1.5, theta: 1, coupling: 1, scale: 1, horizon: 1),
    Setting(seed: 3, alpha: 1.8, theta: 1, coupling: 1, scale: 1, horizon: 1),
    Setting(seed: 4, alpha: 1.5, theta: 0, coupling: 2, scale: 0.3, horizon: 2),
    Setting(seed: 5, alpha: 1.8, theta: 2, coupling: -0.5, scale: 3, horizon: 0.5),
    Setting(seed: 6, alpha: 2, theta: 0.5, coupling: 3, scale: 1, horizon: 1),
  ]

  /// Which of the three sums of the closed form are taken: the particle itself, the others of the smaller system, those that
  /// the larger one alone has.
  struct Terms: OptionSet {
    let rawValue: Int
    static let own = Terms(rawValue: 1)
    static let shared = Terms(rawValue: 2)
    static let ofLarger = Terms(rawValue: 4)
    static let all: Terms = [.own, .shared, .ofLarger]
  }

  /// The scale of X^{i,n,2r} - X^{i,2n,r}, r = horizon / (2 · steps): docs/theory.md, section 12.
  private static func errorScale(_ setting: Setting, particles n: Double, steps: Int, terms: Terms = .all) -> Double {
    let (fine, a) = (setting.horizon / Double(2 * steps), setting.theta + setting.coupling)
    func contraction(_ rate: Double, _ step: Double, _ count: Int) -> Double { pow(1 - rate * step, Double(count)) }
    let sum = (0..<2 * steps).reduce(0.0) { total, k in
      let (coarseA, fineA) = (contraction(a, 2 * fine, k / 2), contraction(a, fine, k))
      let ofCoarse = (contraction(setting.theta, 2 * fine, k / 2) - coarseA) / n
      let ofFine = (contraction(setting.theta, fine, k) - fineA) / (2 * n)
      func power(_ x: Double) -> Double { pow(abs(x), setting.alpha) }
      return total + (terms.contains(.own) ? power(coarseA + ofCoarse - fineA - ofFine) : 0)
        + (terms.contains(.shared) ? (n - 1) * power(ofCoarse - ofFine) : 0)
        + (terms.contains(.ofLarger) ? n * power(ofFine) : 0)
    }
    return setting.scale * pow(fine * sum, 1 / setting.alpha)
  }

  /// How many standard errors each value of a curve lies from the closed form.
  private static func deviations(_ curve: ErrorCurve, _ setting: Setting, scale: (ErrorCurve.Level) -> Double) throws
    -> [Double]
  {
    let (p, law) = (curve.p!, try StableLaw(alpha: setting.alpha))
    return zip(curve.levels, curve.samples).map { level, samples in
      SampleMean(samples).deviation(from: pow(scale(level), p) * law.absoluteMoment(p))
    }
  }

  /// The surface is exact; with one of the three sums left out, or with eight times the particles, it is outside.
  @Test(arguments: settings) func surfaceIsExact(_ setting: Setting) throws {
    for curve in try setting.study().run() where curve.metric == .terminal && curve.sweep == .joint {
      func deviations(_ terms: Terms = .all, particleFactor: Double = 1) throws -> [Double] {
        try Self.deviations(curve, setting) {
          Self.errorScale(setting, particles: particleFactor * Double($0.particles), steps: $0.steps, terms: terms)
        }
      }
      let exact = try deviations()
      #expect(curve.levels.count == 16)
      print("\(setting), p = \(curve.p!): largest of 16 deviations \(exact.map { abs($0) }.max()!)")
      for (level, deviation) in zip(curve.levels, exact) {
        #expect(abs(deviation) < 4, "p = \(curve.p!), \(level)")
      }
      func isOutside(_ wrong: [Double]) -> Bool { wrong.contains { abs($0) > 4 } }
      #expect(isOutside(try deviations([.shared, .ofLarger])))
      #expect(isOutside(try deviations([.own, .shared])))
      if setting.alpha < 1.6 { #expect(isOutside(try deviations([.own, .ofLarger]))) }
      #expect(isOutside(try deviations(particleFactor: 8)))
    }
  }

  /// The two parts, of which the rates are taken, are the chaos error at the finest step and the strong error at the largest
  /// n; with eight times the particles or the steps they are outside.
  @Test(arguments: settings) func partsAreExact(_ setting: Setting) throws {
    let exact = OrnsteinUhlenbeckExact(setting.model, try setting.noise(), horizon: setting.horizon)
    func chaos(particles n: Int) -> Double { exact.chaosErrorScale(particles: n, reference: 2 * n, steps: 64) }
    func strong(steps: Int) -> Double {
      exact.strongErrorScale(particles: 64, steps: steps, referenceSteps: 2 * steps)
    }
    for curve in try setting.study().run() where curve.metric == .terminal && curve.sweep != .joint {
      let isInN = curve.sweep == .chaos
      #expect(curve.levels.map(isInN ? \.particles : \.steps) == [4, 8, 16, 32])
      #expect(curve.levels.allSatisfy { (isInN ? $0.steps : $0.particles) == 64 })
      func deviations(factor: Int) throws -> [Double] {
        try Self.deviations(curve, setting) {
          isInN ? chaos(particles: factor * $0.particles) : strong(steps: factor * $0.steps)
        }
      }
      let (right, wrong) = (try deviations(factor: 1), try deviations(factor: 8))
      #expect(right.allSatisfy { abs($0) < 4 }, "\(curve.sweep), p = \(curve.p!): \(right)")
      #expect(wrong.allSatisfy { abs($0) > 4 }, "\(curve.sweep), p = \(curve.p!): \(wrong)")
    }
  }

  /// Where the step is fine the surface is the chaos error against 2n, where n is large the strong error.
  @Test(arguments: settings) func closedFormHasTheKnownEdges(_ setting: Setting) throws {
    let exact = OrnsteinUhlenbeckExact(setting.model, try setting.noise(), horizon: setting.horizon)
    let chaos = exact.chaosErrorScale(particles: 2, reference: 4, steps: 4096)
    #expect(abs(Self.errorScale(setting, particles: 2, steps: 2048) / chaos - 1) < 0.01)
    let strong = exact.strongErrorScale(particles: 1 << 50, steps: 4, referenceSteps: 8)
    #expect(abs(Self.errorScale(setting, particles: 0x1p50, steps: 4) / strong - 1) < 0.01)
  }
}
