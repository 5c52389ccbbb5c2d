import CGSL
import Foundation

/// Claims of rates: each model's own, or those that a source states.
extension Verification {
  static func rateGroups() throws(SimulationError) -> [Group] {
    func stable(_ alpha: Double) throws(SimulationError) -> LevyNoise { try LevyNoise(law: .stable(alpha: alpha)) }
    let brownian = try LevyNoise(law: .brownian)
    var groups: [Group] = []

    // Strong error. The largest jump between grid points: at α = 1.2 and 1.5, where the levels are near the limit.
    let slow = OrnsteinUhlenbeck(theta: 0.1, coupling: 0.1)
    let sine = SineInteraction(theta: 0.25, coupling: 0.5, initial: .constant(1))
    for alpha in [1.2, 1.5, 1.8, 2] {
      let ofPaths: [Metric] = [.terminalMedian, .gridSupMedian, .gridSup, .offGrid] + (alpha < 1.6 ? [.pathSup] : [])
      for model in [slow as any McKeanVlasovModel, sine] {
        groups.append(
          // |e|^p has tail index 5: the spread of its mean over groups is itself well known
          try strong(
            model, try stable(alpha), ofPaths, steps: 64, replicas: alpha == 1.5 ? 8192 : 16_384, p: [alpha / 5],
            isQuick: alpha == 1.5 && model is OrnsteinUhlenbeck))
      }
    }
    groups += [
      try strong(slow, brownian, [.terminal, .offGrid], steps: 64, replicas: 3072, isQuick: false),
      try strong(
        DoubleWell(barrier: 1, coupling: 1), try stable(1.5), [.terminalMedian], steps: 256, replicas: 28_672,
        isQuick: false),
      // a bounded drift: the noise cancels and every moment exists
      try strong(
        SineInteraction(theta: 0, coupling: 1.5, initial: .constant(1)), try stable(1.2), [.terminal], particles: 256,
        steps: 32, replicas: 1536, p: [0.5, 1, 2, 4, 8], setting: "bounded-drift", isQuick: true),
    ]

    // Propagation of chaos.
    let linear = OrnsteinUhlenbeck(theta: 1, coupling: 1)
    let bounded: [(model: any McKeanVlasovModel, replicas: Int)] = [
      (SineInteraction(theta: 0, coupling: 1.5), 56_000),
      (
        Kuramoto(
          coupling: 2, frequency: .normal(mean: 0, standardDeviation: 0.5),
          initial: .normal(mean: 0, standardDeviation: 1)), 32_000
      ),
      (DoubleWell(barrier: 1, coupling: 1), 60_000),
      (try network(.tanh), 11_000),
    ]
    for alpha in [1.2, 1.5, 1.8, 2] {
      groups.append(
        try chaos(
          linear, try stable(alpha), replicas: alpha == 1.2 ? 260_000 : alpha == 1.8 ? 180_000 : 84_000,
          isQuick: alpha == 1.5))
      for (model, replicas) in bounded {
        groups.append(
          try chaos(
            model, try stable(alpha), replicas: alpha == 1.8 ? 3 * replicas : replicas,
            isQuick: alpha == 1.5 && !(model is DoubleWell)))
      }
    }
    groups += [
      try chaos(linear, brownian, replicas: 60_000, isQuick: false),
      try chaos(
        try network(.relu), try LevyNoise(law: .stable(alpha: 1.5), scale: 3), from: 64, replicas: 80_000, isQuick: true
      ),
      // against the limit, with the flow of the chain; in two steps the differential equation's is far from it
      try chaos(
        Kuramoto(coupling: 2, initial: .normal(mean: 0, standardDeviation: 1)), try stable(1.5), from: 64, steps: 2,
        replicas: 28_000, reference: .exact, setting: "limit", isQuick: true),
      try weakOrder(),
    ]
    return groups
  }

  /// A network on eight points of a circle, alternately of two classes.
  static func network(_ activation: Activation) throws(SimulationError) -> TwoLayerNetwork {
    let points = (0..<8).map { index in
      let angle = 2 * Double.pi * (Double(index) + 0.3) / 8
      return [cos(angle), sin(angle)]
    }
    return try TwoLayerNetwork(
      data: LabelledData(inputs: points, labels: points.indices.map { $0 % 2 }), activation: activation,
      loss: .squared)
  }

  /// A group of claims on curves of a study, each the model's own.
  private static func rates(
    _ name: String, of metrics: [Metric], isQuick: Bool,
    _ makeStudy: @escaping @Sendable (UInt32) throws(SimulationError) -> ErrorStudy
  ) throws(SimulationError) -> Group {
    let study = try makeStudy(1)
    let curves = study.fittedCurves.filter { metrics.contains($0.metric) }
    return Group(
      name: name, isQuick: isQuick,
      claims: curves.map { curve in
        guard let claim = study.model.claim(on: curve.metric, in: curve.variable, noise: study.noise) else {
          preconditionFailure("\(name): nothing is claimed of \(curve.metric.rawValue)")
        }
        let moment = study.p.count > 1 ? curve.p.map { "/p=\(CSV.field($0))" } ?? "" : ""
        return VerifiedClaim(
          name: "\(name)/\(curve.metric.rawValue)\(moment)", source: claim.source, model: study.model.name,
          noise: study.noise, metric: curve.metric.rawValue, p: curve.p,
          test: .equivalence(theory: claim.exponent, margin: claim.margin))
      }
    ) { session in
      try session.simulator.curves(of: try makeStudy(session.seed), threads: session.threads)
        .filter { metrics.contains($0.metric) }.map { Evidence(rateOf: $0) }
    }
  }

  private static func strong(
    _ model: any McKeanVlasovModel, _ noise: LevyNoise, _ metrics: [Metric], particles: Int = 16, steps: Int,
    replicas: Int, p: [Double] = [0.5], setting: String? = nil, isQuick: Bool
  ) throws(SimulationError) -> Group {
    let parts = ["strong", model.name] + (setting.map { [$0] } ?? []) + [suffix(noise)]
    return try rates(parts.joined(separator: "/"), of: metrics, isQuick: isQuick) { seed throws(SimulationError) in
      try .strong(
        model: model, noise: noise, horizon: 1, steps: .range(from: steps, to: 8 * steps), particles: particles,
        replicas: replicas, p: p, seed: seed)
    }
  }

  private static func chaos(
    _ model: any McKeanVlasovModel, _ noise: LevyNoise, from particles: Int = 32, steps: Int = 4, replicas: Int,
    reference: Reference = .next,
    setting: String? = nil, isQuick: Bool
  ) throws(SimulationError) -> Group {
    let name = (model as? TwoLayerNetwork).map { "\($0.activation.rawValue)-network" } ?? model.name
    let parts = ["chaos", name] + (setting.map { [$0] } ?? []) + [suffix(noise)]
    return try rates(parts.joined(separator: "/"), of: [.terminal], isQuick: isQuick) { seed throws(SimulationError) in
      try .chaos(
        model: model, noise: noise, horizon: 1, steps: steps, particles: .range(from: particles, to: 8 * particles),
        replicas: replicas,
        seed: seed, reference: reference)
    }
  }

  /// The weak error of E cos X: the differences of coupled levels, from replicas of their own each. Few and small jumps:
  /// where a rare one changes cos X by O(1), a difference has no such spread as to judge its mean by.
  private static func weakOrder() throws(SimulationError) -> Group {
    let model = OrnsteinUhlenbeck(theta: 1, coupling: 1, initial: .constant(2))
    let noise = try LevyNoise(law: .stable(alpha: 1.8), scale: 0.1)
    let name = "weak/\(model.name)/\(suffix(noise))"
    guard let claim = Claim.weak(of: .cosine(frequency: 1), in: .dt, model: model, noise: noise) else {
      preconditionFailure("\(name): nothing is claimed")
    }
    let levels = [16, 32, 64, 128].map { ErrorCurve.Level(particles: 4, steps: $0, step: 1 / Double($0)) }
    return Group(
      name: name, isQuick: true,
      claims: [
        VerifiedClaim(
          name: name, source: claim.source, model: model.name, noise: noise, metric: "cosine", p: nil,
          test: .equivalence(theory: claim.exponent, margin: claim.margin))
      ]
    ) { session in
      // X comes from above, and the coarser path faster: its cosine is the larger one
      let differences = try levels.enumerated().map { index, level in
        let run = CoupledRun(
          model: model, noise: noise, horizon: 1,
          systems: [level.steps, 2 * level.steps].map { .init(particles: level.particles, steps: $0) },
          replicas: 6000, seed: session.seed &+ UInt32(index) << 28)
        return try session.simulator.map(run, threads: session.threads) { states in
          [zip(states[0], states[1]).reduce(0) { $0 + cos($1.0) - cos($1.1) }]
        }.map { $0[0] }
      }
      return [
        Evidence(
          rateOf: ErrorCurve(
            metric: .terminal, p: 1, sweep: .strong, levels: levels, samples: differences, tailIndex: nil,
            nonFiniteReplicas: []))
      ]
    }
  }
}
