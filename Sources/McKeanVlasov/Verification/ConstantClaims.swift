import Foundation

/// Claims of numbers other than rates of errors: constants, order parameters, draws, pruned networks of pure noise.
extension Verification {
  static func constantGroups() throws(SimulationError) -> [Group] {
    var groups: [Group] = []
    for alpha in [0.8, 1, 1.5, 2] { groups.append(try sampler(alpha: alpha, isQuick: alpha == 1.5)) }
    groups.append(try gradient())
    for alpha in [1.2, 1.5, 1.8, 2] { groups.append(try sineConstant(alpha: alpha, isQuick: alpha == 1.5)) }
    groups += [
      try order(coupling: 0.6, name: "below", isQuick: false), try order(coupling: 3, name: "above", isQuick: true),
      try stationaryOrder(),
    ]
    for alpha in [1.2, 1.5, 2] { groups.append(try pruning(alpha: alpha, isQuick: alpha > 1.3)) }
    return groups
  }

  private static func equivalence(
    _ name: String, source: String, model: String = "", _ noise: LevyNoise, metric: String, p: Double? = nil,
    theory: Double, margin: Double
  ) -> VerifiedClaim {
    VerifiedClaim(
      name: name, source: source, model: model, noise: noise, metric: metric, p: p,
      test: .equivalence(theory: theory, margin: margin))
  }

  // MARK: - Draws

  /// The vector sampler draws GSL's numbers: the largest relative difference, every shape's draws in two dimensions. Next to
  /// its poles GSL loses as many digits as the angle has left, a relative 1e-15/t at a distance t: with 20,000 draws a
  /// difference of 1e-5 needs t below 1e-10, which has a probability of some 4e-6.
  private static func sampler(alpha: Double, isQuick: Bool) throws(SimulationError) -> Group {
    var claims: [VerifiedClaim] = []
    for shape in NoiseShape.allCases {
      let noise = try LevyNoise(law: .stable(alpha: alpha), shape: shape)
      claims.append(
        equivalence(
          "sampler/\(shape.rawValue)/\(suffix(noise))", source: "the same uniforms; docs/noise.md", noise,
          metric: "largest-difference", theory: 0, margin: 1e-5))
    }
    let noises = claims.map(\.noise)
    return Group(name: "sampler/alpha=\(CSV.field(alpha))", isQuick: isQuick, claims: claims) { session in
      try noises.map { noise in
        let gsl = try LevyNoise(law: noise.law, shape: noise.shape, sampler: .gsl)
        let draws = try [noise, gsl].map { try increments($0, dimension: 2, particles: 20_000, session)[0] }
        let largest = zip(draws[0], draws[1]).reduce(0) { max($0, abs($1.0 - $1.1) / abs($1.1)) }
        return .estimate(largest, standardError: 0, freedom: .infinity)
      }
    }
  }

  // MARK: - The network

  /// Without noise a step of the network is n times that of gradient descent: the drift of each hidden weight against
  /// -n ∂L, L the mean loss, by central differences.
  private static func gradient() throws(SimulationError) -> Group {
    let model = try network(.tanh)
    let noise = try LevyNoise(law: .stable(alpha: 1.5), scale: 0)
    let name = "gradient/tanh-network"
    return Group(
      name: name, isQuick: true,
      claims: [
        equivalence(
          name, source: "the network as a system; docs/theory.md 1", model: model.name, noise,
          metric: "largest-difference", theory: 0, margin: 1e-6)
      ]
    ) { session in
      func states(after horizon: Double) throws -> [Double] {
        try session.simulator.map(
          CoupledRun(
            model: model, noise: noise, horizon: horizon, systems: [.init(particles: 6, steps: 1)], replicas: 1,
            seed: session.seed), threads: session.threads
        ) { $0[0] }[0]
      }
      // one step is linear in its size
      let (one, two) = (try states(after: 1), try states(after: 2))
      let start = zip(one, two).map { 2 * $0 - $1 }
      let (components, inputs) = (model.shape.components, model.shape.moving)
      let particles = start.count / components
      func loss(_ states: [Double]) -> Double {
        var sum = 0.0
        for (j, label) in model.data.labels.enumerated() {
          var f = [Double](repeating: 0, count: model.outputs)
          for i in 0..<particles {
            let product = (0..<inputs).reduce(0.0) {
              $0 + states[i * components + $1] * model.data.inputs[j * inputs + $1]
            }
            for c in f.indices { f[c] += states[i * components + inputs + c] * tanh(product) / Double(particles) }
          }
          for c in f.indices { sum += 0.5 * pow(f[c] - (c == label ? 1 : 0), 2) }
        }
        return sum / Double(model.data.rows)
      }
      let differences = start.indices.filter { $0 % components < inputs }.map { weight in
        var (lower, upper) = (start, start)
        lower[weight] -= 1e-5
        upper[weight] += 1e-5
        return abs(one[weight] - start[weight] + Double(particles) * (loss(upper) - loss(lower)) / 2e-5)
      }
      return [.estimate(differences.max()!, standardError: 0, freedom: .infinity)]
    }
  }

  // MARK: - The sine system

  /// √n E|e| over √(2V/π), V the variance of the limit of √n e for the chain.
  private static func sineConstant(alpha: Double, isQuick: Bool) throws(SimulationError) -> Group {
    let model = SineInteraction(theta: 1, coupling: 1.5)
    let noise = try LevyNoise(law: .stable(alpha: alpha))
    let (particles, steps) = (256, 8)
    let name = "constant/sine-interaction/\(suffix(noise))"
    let variance = SineConstant(a: 1, coupling: 1.5, alpha: alpha, sigma: 1, horizon: 1).ofChain(steps: steps)
    return Group(
      name: name, isQuick: isQuick,
      claims: [
        equivalence(
          name, source: "variance of the mean field; docs/theory.md 6", model: model.name, noise, metric: "ratio", p: 1,
          theory: 1, margin: 0.03)
      ]
    ) { session in
      let run = CoupledRun(
        model: model, noise: noise, horizon: 1,
        systems: [
          .init(particles: particles, steps: steps), .init(particles: 1, steps: steps, meanField: .exact),
        ], replicas: 100_000, seed: session.seed)
      let errors = try session.simulator.map(run, threads: session.threads) { [abs($0[0][0] - $0[1][0])] }
      let expected = (2 * variance / .pi).squareRoot() / Double(particles).squareRoot()
      return [Evidence(meanOf: errors.map { $0[0] }, over: expected)]
    }
  }

  // MARK: - Kuramoto

  private static let horizon = 12.0

  /// |(1/n) Σ e^{iφ}| of the first n phases of each replica.
  @Sendable private static func orderParameter(_ states: [Double]) -> Double {
    let phases = stride(from: 0, to: states.count, by: 2).map { states[$0] }
    let (cosine, sine) = phases.reduce((0.0, 0.0)) { ($0.0 + cos($1), $0.1 + sin($1)) }
    return (cosine * cosine + sine * sine).squareRoot() / Double(phases.count)
  }

  /// Below the onset K_c = 2σ^α the order of n oscillators that start in order falls like n^{-1/2}; above it stays.
  private static func order(coupling: Double, name: String, isQuick: Bool) throws(SimulationError) -> Group {
    let model = Kuramoto(coupling: coupling)
    let noise = try LevyNoise(law: .stable(alpha: 1.5))
    let sizes = [16, 32, 64, 128]
    let name = "onset/kuramoto/\(name)"
    return Group(
      name: name, isQuick: isQuick,
      claims: [
        equivalence(
          name, source: "K_c = 2 scale^alpha; docs/theory.md 11.3", model: model.name, noise, metric: "order-parameter",
          p: 1, theory: coupling < 2 ? -0.5 : 0, margin: Claim.margin)
      ]
    ) { session in
      let run = CoupledRun(
        model: model, noise: noise, horizon: horizon, systems: sizes.map { .init(particles: $0, steps: 120) },
        replicas: coupling < 2 ? 20_000 : 8000, seed: session.seed)
      let orders = try session.simulator.map(run, threads: session.threads) { $0.map(orderParameter) }
      return [Evidence(slopeOf: orders, over: sizes)]
    }
  }

  /// The order of many oscillators at a late time over the stationary one.
  private static func stationaryOrder() throws(SimulationError) -> Group {
    let model = Kuramoto(coupling: 3)
    let noise = try LevyNoise(law: .stable(alpha: 1.5))
    let name = "order-parameter/kuramoto/\(suffix(noise))"
    let exact = KuramotoExact(coupling: 3, alpha: 1.5, scale: 1).order()
    return Group(
      name: name, isQuick: false,
      claims: [
        equivalence(
          name, source: "continued fraction; docs/theory.md 11.3", model: model.name, noise, metric: "ratio", theory: 1,
          margin: 0.02)
      ]
    ) { session in
      let run = CoupledRun(
        model: model, noise: noise, horizon: horizon, systems: [.init(particles: 1024, steps: 2400)], replicas: 512,
        seed: session.seed)
      let orders = try session.simulator.map(run, threads: session.threads) { $0.map(orderParameter) }
      return [Evidence(meanOf: orders.map { $0[0] }, over: exact)]
    }
  }

  // MARK: - Pruning

  /// n independent norms of isotropic noise in 64 dimensions, the n/8 largest kept: the relative Frobenius error falls like
  /// n^{-(1/α - 1/2)}, and not at all for α = 2.
  private static func pruning(alpha: Double, isQuick: Bool) throws(SimulationError) -> Group {
    let noise = try LevyNoise(law: .stable(alpha: alpha), shape: .isotropic)
    let (dimension, sizes) = (64, [32, 64, 128, 256])
    let name = "pruning/pure-noise/\(suffix(noise))"
    return Group(
      name: name, isQuick: isQuick,
      claims: [
        equivalence(
          name, source: "order statistics of heavy tails; docs/theory.md 17.3", noise, metric: "frobenius-error", p: 1,
          theory: -(1 / alpha - 0.5), margin: Claim.margin)
      ]
    ) { session in
      let run = CoupledRun(
        model: OrnsteinUhlenbeck(theta: 0, coupling: 0, dimension: dimension), noise: noise, horizon: 1,
        systems: sizes.map { .init(particles: $0, steps: 1) },
        replicas: alpha == 1.2 ? 24_000 : alpha < 2 ? 16_000 : 1600, seed: session.seed)
      let errors = try session.simulator.map(run, threads: session.threads) { states in
        states.map { weights in
          let pruning = NetworkPruning(weights: weights, inputs: dimension)
          return pruning.relativeError(dropping: pruning.order.count - pruning.order.count / 8)
        }
      }
      return [Evidence(slopeOf: errors, over: sizes)]
    }
  }
}

extension Evidence {
  /// The slope in log–log of the mean over replicas, `values[replica][size]`.
  fileprivate init(slopeOf values: [[Double]], over sizes: [Int]) {
    self.init(
      rateOf: ErrorCurve(
        metric: .terminal, p: 1, sweep: .chaos,
        levels: sizes.map { ErrorCurve.Level(particles: $0, steps: 1, step: 1) },
        samples: sizes.indices.map { index in values.map { $0[index] } }, tailIndex: nil, nonFiniteReplicas: []))
  }
}
