import Foundation
import McKeanVlasov
import Testing

/// Distances of laws, as studies report them, against particles in plain arrays.
@Suite struct LawStudyTests {
  private static let (seed, steps, horizon): (UInt32, Int, Double) = (9, 3, 1.2)
  private static let frequencies = [0.3, 1, 2.2]
  private static let sizes = [3, 7, 30]

  private static func noise(_ alpha: Double) throws -> LevyNoise {
    try LevyNoise(law: .stable(alpha: alpha), scale: 0.6, sampler: .gsl)
  }

  private static func study(
    _ alpha: Double, _ reference: Reference, coupling: Double = 0.7, initial: InitialLaw = .constant(1),
    particles: [Int] = sizes
  ) throws -> LawStudy {
    try LawStudy(
      model: OrnsteinUhlenbeck(theta: 0.5, coupling: coupling, initial: initial), noise: try noise(alpha),
      grid: try TimeGrid(horizon: horizon, steps: steps), particles: .list(particles), distances: Metric.ofLaws,
      frequencies: frequencies, reference: reference, replicas: 8, p: [0.5, 1.25], seed: seed)
  }

  /// The particles `first`, `first + 1`, … of the noise as a system of their own, at the horizon.
  private static func states(_ alpha: Double, _ particles: Int, first: Int, replica: UInt32) throws -> [Double] {
    NaiveSystem.ornsteinUhlenbeck(
      theta: 0.5, coupling: 0.7, dimension: 1, initial: .constant(1), noise: try noise(alpha), horizon: horizon,
      seed: seed
    ).path(particles: particles, steps: steps, fineSteps: steps, replica: replica, first: first).last!.map { $0[0] }
  }

  /// Whether each curve's samples are the distances of the level's particles to others.
  private static func agree(
    _ curves: [ErrorCurve], replica: Int, tolerance: Double, _ distance: (Metric, _ level: Int) throws -> Double
  ) rethrows -> Bool {
    try curves.allSatisfy { curve in
      try curve.levels.indices.allSatisfy { level in
        let expected = pow(try distance(curve.metric, level), curve.p!)
        return abs(curve.samples[level][replica] - expected) < tolerance * max(1, expected)
      }
    }
  }

  private static func distance(_ metric: Metric, _ a: [Double], _ b: [Double]) -> Double {
    switch metric {
    case .kolmogorov: NaiveDistance.kolmogorov(a, b)
    case .wasserstein1: NaiveDistance.wasserstein1(a, b)
    default:
      NaiveDistance.characteristicFunction(a, frequencies: frequencies) {
        NaiveDistance.characteristicFunction(b, at: $0)
      }
    }
  }

  @Test func curvesAndLevels() throws {
    let curves = try Self.study(1.5, .exact).run(threads: 2)
    #expect(curves.map(\.metric) == Metric.ofLaws.flatMap { [$0, $0] })
    #expect(curves.map(\.p) == [0.5, 1.25, 0.5, 1.25, 0.5, 1.25])
    for curve in curves {
      #expect(curve.sweep == .law && curve.variable == .n && curve.replicas == 8)
      #expect(
        curve.levels.map(\.particles) == Self.sizes
          && curve.levels.allSatisfy { $0.steps == 3 && abs($0.step - 0.4) < 1e-15 })
      #expect(curve.tailIndex == (curve.metric == .wasserstein1 ? 1.5 : nil))
    }
  }

  /// Each level's particles follow those of the level before, so that no two systems share noise; systems that begin at the
  /// same particle would give other numbers.
  @Test func nextHasParticlesOfItsOwn() throws {
    let curves = try Self.study(1.5, .next).run(threads: 2)
    #expect(curves.allSatisfy { $0.levels.map(\.particles) == [3, 7] })
    for replica in [0, 5] {
      func isMet(first: [Int]) throws -> Bool {
        let systems = try zip(Self.sizes, first).map {
          try Self.states(1.5, $0, first: $1, replica: UInt32(replica))
        }
        return Self.agree(curves, replica: replica, tolerance: 1e-12) {
          Self.distance($0, systems[$1], systems[$1 + 1])
        }
      }
      #expect(try isMet(first: [0, 3, 10]))
      #expect(try !isMet(first: [0, 0, 0]))
    }
  }

  /// The levels are nested, the reference follows the largest of them.
  @Test func referenceOfASizeHasParticlesOfItsOwn() throws {
    let curves = try Self.study(1.5, .size(160), particles: [3, 10]).run(threads: 1)
    func isMet(first: Int) throws -> Bool {
      let levels = try [3, 10].map { try Self.states(1.5, $0, first: 0, replica: 2) }
      let reference = try Self.states(1.5, 160, first: first, replica: 2)
      return Self.agree(curves, replica: 2, tolerance: 1e-12) { Self.distance($0, levels[$1], reference) }
    }
    #expect(try isMet(first: 10))
    #expect(try !isMet(first: 0))
  }

  /// Against F by erfc at α = 2 and by quadrature at 1.5, with the location and the scale of docs/theory.md, 5.1.
  @Test(arguments: [1.5, 2]) func exactLaw(alpha: Double) throws {
    let curves = try Self.study(alpha, .exact).run(threads: 2)
    // from X_0 = 1 the limit is B + SαS(s)
    let (step, a) = (0.4, 1.2)
    let power = (0..<3).reduce(0.0) { $0 + pow(pow(1 - a * step, Double($1)), alpha) } * step
    let (location, scale) = (pow(1 - 0.5 * step, 3), 0.6 * pow(power, 1 / alpha))
    let standard = StableDistribution(alpha: alpha)
    func isMet(location: Double) throws -> Bool {
      func distribution(_ x: Double) -> Double { standard.distribution((x - location) / scale) }
      let systems = try Self.sizes.map { try Self.states(alpha, $0, first: 0, replica: 4) }
      return Self.agree(curves, replica: 4, tolerance: 1e-7) { metric, level in
        switch metric {
        case .kolmogorov: NaiveDistance.kolmogorov(systems[level], distribution)
        case .wasserstein1: NaiveDistance.wasserstein1(systems[level], distribution)
        default:
          NaiveDistance.characteristicFunction(systems[level], frequencies: Self.frequencies) { u in
            let modulus = exp(-pow(scale * u, alpha))
            return (modulus * cos(location * u), modulus * sin(location * u))
          }
        }
      }
    }
    #expect(try isMet(location: location))
    #expect(try !isMet(location: location + 1e-3))
  }

  @Test func threadsDoNotMatter() throws {
    let study = try Self.study(1.5, .next)
    let (one, three) = (try study.run(threads: 1), try study.run(threads: 3))
    for (a, b) in zip(one, three) { #expect(a.samples == b.samples) }
  }

  // MARK: - Refusals

  private func refusal(_ body: () throws -> LawStudy) -> String? {
    do {
      _ = try body()
      return nil
    } catch { return "\(error)" }
  }

  @Test func refusals() throws {
    let grid = try TimeGrid(horizon: 1, steps: 2)
    func study(
      alpha: Double = 1.5, scale: Double = 1, coupling: Double = 0, dimension: Int = 1,
      initial: InitialLaw = .constant(0),
      _ reference: Reference = .next, distances: [Metric] = [.kolmogorov], frequencies: [Double] = [1],
      p: [Double] = [0.5], replicas: Int = 8
    ) -> String? {
      refusal {
        try LawStudy(
          model: OrnsteinUhlenbeck(theta: 1, coupling: coupling, dimension: dimension, initial: initial),
          noise: try LevyNoise(law: .stable(alpha: alpha), scale: scale), grid: grid, particles: .list([2, 4, 8]),
          distances: distances, frequencies: frequencies, reference: reference, replicas: replicas, p: p)
      }
    }
    #expect(study() == nil && study(.exact) == nil && study(.size(128)) == nil)
    #expect(study(.size(127)) != nil)
    #expect(study(dimension: 2) != nil)
    #expect(study(initial: .uniform(low: 0, high: 1)) == nil)
    #expect(study(initial: .uniform(low: 0, high: 1), .exact) != nil)
    #expect(study(distances: []) != nil && study(distances: [.terminal]) != nil)
    #expect(study(distances: [.kolmogorov, .kolmogorov]) != nil)
    for frequencies in [[], [0], [-1], [.infinity], [.nan]] as [[Double]] {
      #expect(study(frequencies: frequencies) != nil)
    }
    for p in [[], [0], [-1], [.nan], [1, 1]] as [[Double]] { #expect(study(p: p) != nil) }
    #expect(study(replicas: 7) != nil)
    // moments of Wasserstein's distance, and no others, end at the tail index
    #expect(study(p: [5]) == nil && study(distances: [.wasserstein1], p: [1.4]) == nil)
    #expect(study(distances: [.wasserstein1], p: [1.5]) != nil)
    #expect(study(alpha: 1, distances: [.wasserstein1]) != nil && study(alpha: 1) == nil)
    #expect(study(alpha: 2, distances: [.wasserstein1], p: [5]) == nil)
    // why there is no exact law
    #expect(
      try #require(study(initial: .uniform(low: 0, high: 1), .exact)).hasSuffix(
        "the limit law of ornstein-uhlenbeck from this initial law is not known, only from a number, or a law of the "
          + "noise's kind."))
    #expect(
      try #require(study(scale: 0, .exact)).hasSuffix(
        "the limit law of ornstein-uhlenbeck without noise is a single point, and has no density."))
    // the mean field has no limit
    #expect(
      try #require(study(coupling: 1, initial: .stable(try StableLaw(alpha: 0.9)))).hasPrefix(
        "initial: found a law with tail index 0.9, which has no mean"))
    #expect(study(alpha: 1, coupling: 1) != nil && study(alpha: 1, coupling: 1, .exact) != nil)
  }

  // MARK: - Claims

  @Test func claims() throws {
    func claim(_ distance: Metric, _ model: any McKeanVlasovModel, _ law: LevyNoise.Law) throws -> Claim? {
      Claim.law(distance, of: model, noise: try LevyNoise(law: law))
    }
    let free = OrnsteinUhlenbeck(theta: 1, coupling: 0)
    let linear = OrnsteinUhlenbeck(theta: 1, coupling: 1)
    let bounded = SineInteraction(theta: 1, coupling: 2)
    for distance in [Metric.kolmogorov, .characteristicFunction] {
      for law in [LevyNoise.Law.stable(alpha: 0.7), .stable(alpha: 1.5), .stable(alpha: 2), .brownian] {
        for model in [free, bounded] as [any McKeanVlasovModel] {
          let claim = try #require(try claim(distance, model, law))
          #expect(claim.exponent == -0.5 && claim.kind == .rate)
        }
      }
      let heavy = try #require(try claim(distance, linear, .stable(alpha: 1.5)))
      #expect(abs(heavy.exponent + 1 / 3) < 1e-15 && heavy.kind == .bound)
      let gaussian = try #require(try claim(distance, linear, .brownian))
      #expect(gaussian.exponent == -0.5 && gaussian.kind == .rate)
    }
    for model in [free, linear, bounded] as [any McKeanVlasovModel] {
      let heavy = try #require(try claim(.wasserstein1, model, .stable(alpha: 1.5)))
      #expect(abs(heavy.exponent + 1 / 3) < 1e-15 && heavy.kind == .rate && heavy.alternative == -0.5)
      let gaussian = try #require(try claim(.wasserstein1, model, .brownian))
      #expect(gaussian.exponent == -0.5 && gaussian.kind == .rate && gaussian.alternative == nil)
    }
    // the tail of the initial law counts as well
    let start = OrnsteinUhlenbeck(theta: 1, coupling: 0, initial: .stable(try StableLaw(alpha: 1.25)))
    #expect(abs(try #require(try claim(.wasserstein1, start, .brownian)).exponent + 0.2) < 1e-15)
  }
}
