import CGSL
import Foundation

/// Claims of laws that are known exactly.
extension Verification {
  static func exactLawGroups() throws(SimulationError) -> [Group] {
    var groups: [Group] = []
    for alpha in [0.8, 1, 1.2, 1.5, 1.8, 2] {
      groups.append(try draws(alpha: alpha, isQuick: [0.8, 1.5, 2].contains(alpha)))
    }
    for alpha in [0.8, 1.2, 1.5, 1.8] { groups.append(try tail(alpha: alpha, isQuick: alpha == 0.8)) }
    for shape in NoiseShape.allCases { groups.append(try projection(shape)) }
    groups += [try streams(), try telescoping()]
    for alpha in [1.2, 1.5, 1.8, 2] {
      let noise = try LevyNoise(law: .stable(alpha: alpha), scale: 0.7)
      groups += [
        particle(noise, isQuick: alpha == 1.5), chaosError(noise, isQuick: alpha == 1.5),
        strongError(noise, isQuick: alpha == 1.5),
      ]
    }
    let brownian = try LevyNoise(law: .brownian, scale: 0.7)
    return groups + [
      particle(brownian, isQuick: true), chaosError(brownian, isQuick: false), strongError(brownian, isQuick: false),
    ]
  }

  /// "alpha=1.5" or "brownian".
  static func suffix(_ noise: LevyNoise) -> String {
    if case .stable(let alpha) = noise.law { "alpha=\(CSV.field(alpha))" } else { "brownian" }
  }

  private static func exactLaw(_ name: String, _ noise: LevyNoise, model: String = "", metric: String, source: String)
    -> VerifiedClaim
  {
    VerifiedClaim(name: name, source: source, model: model, noise: noise, metric: metric, p: nil, test: .exactLaw)
  }

  /// Increments of the noise over a time 1: `[replica][number]` of particles that neither move nor interact.
  static func increments(
    _ noise: LevyNoise, dimension: Int = 1, particles: Int, replicas: Int = 1, seed: UInt32? = nil, _ session: Session
  ) throws -> [[Double]] {
    try session.simulator.map(
      CoupledRun(
        model: OrnsteinUhlenbeck(theta: 0, coupling: 0, dimension: dimension), noise: noise, horizon: 1,
        systems: [.init(particles: particles, steps: 1)], replicas: replicas, seed: seed ?? session.seed),
      threads: session.threads
    ) { $0[0] }
  }

  // MARK: - Draws

  private static func draws(alpha: Double, isQuick: Bool) throws(SimulationError) -> Group {
    let noise = try LevyNoise(law: .stable(alpha: alpha))
    let name = "exact-law/draws/\(suffix(noise))"
    return Group(
      name: name, isQuick: isQuick,
      claims: [
        exactLaw(name, noise, metric: "draw", source: "characteristic function exp(-|u|^alpha); docs/noise.md")
      ]
    ) { session in
      let sample = try increments(noise, particles: 400_000, session)[0]
      return [.pValue(LawTest.symmetricStable(sample, alpha: alpha, scale: 1))]
    }
  }

  private static func tail(alpha: Double, isQuick: Bool) throws(SimulationError) -> Group {
    let noise = try LevyNoise(law: .stable(alpha: alpha))
    let name = "exact-law/tail/\(suffix(noise))"
    return Group(
      name: name, isQuick: isQuick,
      claims: [exactLaw(name, noise, metric: "tail", source: "Zolotarev's integral; docs/theory.md 14.1")]
    ) { session in
      [.pValue(LawTest.tail(try increments(noise, particles: 1_000_000, session)[0], alpha: alpha))]
    }
  }

  /// ⟨w, ΔL⟩ for w = (1, ½): its scale tells how the coordinates depend on each other.
  private static func projection(_ shape: NoiseShape) throws(SimulationError) -> Group {
    let noise = try LevyNoise(law: .stable(alpha: 1.5), shape: shape)
    let name = "exact-law/projection/\(shape.rawValue)"
    let w = [1, 0.5]
    let scale =
      switch shape {
      case .independent: pow(w.reduce(0) { $0 + pow($1, noise.alpha) }, 1 / noise.alpha)
      case .shared: w.reduce(0, +)
      case .isotropic: w.reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
    return Group(
      name: name, isQuick: true,
      claims: [exactLaw(name, noise, metric: "projection", source: "three shapes; docs/noise.md")]
    ) { session in
      let draws = try increments(noise, dimension: 2, particles: 200_000, session)[0]
      let sample = stride(from: 0, to: draws.count, by: 2).map { w[0] * draws[$0] + w[1] * draws[$0 + 1] }
      return [.pValue(LawTest.symmetricStable(sample, alpha: noise.alpha, scale: scale))]
    }
  }

  /// The sum of two draws from neighbouring counters has the scale 2^{1/α} of independent ones.
  private static func streams() throws(SimulationError) -> Group {
    let noise = try LevyNoise(law: .stable(alpha: 1.5))
    let names = ["particles", "components", "replicas", "seeds"].map { "exact-law/streams/\($0)" }
    return Group(
      name: "exact-law/streams", isQuick: true,
      claims: names.map { exactLaw($0, noise, metric: "sum-of-two", source: "independent counters; docs/noise.md") }
    ) { session in
      func pairs(_ draws: [Double]) -> [Double] {
        stride(from: 0, to: draws.count, by: 2).map { draws[$0] + draws[$0 + 1] }
      }
      func sums(_ first: [Double], _ second: [Double]) -> [Double] { zip(first, second).map(+) }
      let replicas = try increments(noise, particles: 64, replicas: 3200, session)
      let samples = [
        pairs(try increments(noise, particles: 200_000, session)[0]),
        pairs(try increments(noise, dimension: 2, particles: 100_000, session)[0]),
        stride(from: 0, to: replicas.count, by: 2).flatMap { sums(replicas[$0], replicas[$0 + 1]) },
        sums(
          try increments(noise, particles: 100_000, session)[0],
          try increments(noise, particles: 100_000, seed: session.otherSeed, session)[0]),
      ]
      return samples.map { .pValue(LawTest.symmetricStable($0, alpha: noise.alpha, scale: pow(2, 1 / noise.alpha))) }
    }
  }

  /// The coarser system of a coupled pair has the law of the finer one of the next coarser pair, so that the levels of a
  /// multilevel estimate add up: the mean of cos X in the two, from independent replicas.
  private static func telescoping() throws(SimulationError) -> Group {
    let model = SineInteraction(theta: 0.5, coupling: 1, initial: .constant(1))
    let noise = try LevyNoise(law: .stable(alpha: 1.5))
    let name = "exact-law/telescoping"
    return Group(
      name: name, isQuick: true,
      claims: [
        exactLaw(name, noise, model: model.name, metric: "cosine", source: "multilevel sum; docs/theory.md 13.2")
      ]
    ) { session in
      func mean(_ steps: [Int], of system: Int, seed: UInt32) throws -> SampleMoments {
        let run = CoupledRun(
          model: model, noise: noise, horizon: 1, systems: steps.map { .init(particles: 8, steps: $0) },
          replicas: 20_000, seed: seed)
        return try session.simulator.map(run, threads: session.threads) { states in
          [states[system].reduce(0) { $0 + cos($1) } / Double(states[system].count)]
        }.reduce(into: SampleMoments()) { $0.add($1[0]) }
      }
      let coarse = try mean([4, 8], of: 0, seed: session.seed)
      let fine = try mean([2, 4], of: 1, seed: session.otherSeed)
      let error = (coarse.standardError * coarse.standardError + fine.standardError * fine.standardError).squareRoot()
      return [.pValue(2 * gsl_cdf_ugaussian_Q(abs(coarse.mean - fine.mean) / error))]
    }
  }

  // MARK: - Ornstein–Uhlenbeck

  private static let horizon = 1.0

  /// Whether each number of the replicas, `values[replica][number]`, is SαS of its scale about the centre.
  private static func pValues(_ values: [[Double]], alpha: Double, scales: [Double], center: Double = 0) -> [Evidence] {
    scales.enumerated().map { index, scale in
      .pValue(LawTest.symmetricStable(values.map { $0[index] }, alpha: alpha, scale: scale, center: center))
    }
  }

  /// One particle of four and the mean of all four, after 8 steps of Euler's scheme.
  private static func particle(_ noise: LevyNoise, isQuick: Bool) -> Group {
    let model = OrnsteinUhlenbeck(theta: 0.5, coupling: 2, initial: .constant(1))
    let exact = OrnsteinUhlenbeckExact(model, noise, horizon: horizon)
    let (particles, steps) = (4, 8)
    let names = ["exact-law/particle/\(suffix(noise))", "exact-law/mean-of-particles/\(suffix(noise))"]
    return Group(
      name: names[0], isQuick: isQuick,
      claims: names.map {
        exactLaw($0, noise, model: model.name, metric: "state", source: "linear system; docs/theory.md 5.2")
      }
    ) { session in
      let run = CoupledRun(
        model: model, noise: noise, horizon: horizon, systems: [.init(particles: particles, steps: steps)],
        replicas: 100_000, seed: session.seed)
      let values = try session.simulator.map(run, threads: session.threads) { states in
        [states[0][0], states[0].reduce(0, +) / Double(particles)]
      }
      let scales = [
        exact.scale(particles: particles, steps: steps), exact.scaleOfMean(particles: particles, steps: steps),
      ]
      return pValues(values, alpha: noise.alpha, scales: scales, center: exact.mean(from: 1, steps: steps))
    }
  }

  /// The error of a system of 4 particles against one of 16 that holds them, and against the limit.
  private static func chaosError(_ noise: LevyNoise, isQuick: Bool) -> Group {
    let model = OrnsteinUhlenbeck(theta: 0.5, coupling: 2, initial: .constant(3))
    let exact = OrnsteinUhlenbeckExact(model, noise, horizon: horizon)
    let steps = 8
    let names = ["next", "limit"].map { "exact-law/chaos-error/\($0)/\(suffix(noise))" }
    return Group(
      name: "exact-law/chaos-error/\(suffix(noise))", isQuick: isQuick,
      claims: names.map {
        exactLaw($0, noise, model: model.name, metric: "terminal", source: "linear system; docs/theory.md 5.3")
      }
    ) { session in
      let run = CoupledRun(
        model: model, noise: noise, horizon: horizon,
        systems: [
          .init(particles: 4, steps: steps), .init(particles: 16, steps: steps),
          .init(particles: 4, steps: steps, meanField: .exact),
        ], replicas: 40_000, seed: session.seed)
      let errors = try session.simulator.map(run, threads: session.threads) { states in
        [states[0][0] - states[1][0], states[0][0] - states[2][0]]
      }
      let scales = [16, nil].map { exact.chaosErrorScale(particles: 4, reference: $0, steps: steps) }
      return pValues(errors, alpha: noise.alpha, scales: scales)
    }
  }

  /// The error of 8 steps against 16, of one of 3 particles.
  private static func strongError(_ noise: LevyNoise, isQuick: Bool) -> Group {
    let model = OrnsteinUhlenbeck(theta: 0.5, coupling: 2)
    let exact = OrnsteinUhlenbeckExact(model, noise, horizon: horizon)
    let name = "exact-law/strong-error/\(suffix(noise))"
    return Group(
      name: name, isQuick: isQuick,
      claims: [
        exactLaw(name, noise, model: model.name, metric: "terminal", source: "linear system; docs/theory.md 5.4")
      ]
    ) { session in
      let run = CoupledRun(
        model: model, noise: noise, horizon: horizon,
        systems: [8, 16].map { .init(particles: 3, steps: $0) }, replicas: 100_000, seed: session.seed)
      let errors = try session.simulator.map(run, threads: session.threads) { [$0[0][0] - $0[1][0]] }
      let scale = exact.strongErrorScale(particles: 3, steps: 8, referenceSteps: 16)
      return pValues(errors, alpha: noise.alpha, scales: [scale])
    }
  }
}
