import McKeanVlasov

extension OrnsteinUhlenbeck {
  /// No drift: the states are sums of increments.
  static func driftless(dimension: Int = 1, initial: InitialLaw = .constant(0)) -> OrnsteinUhlenbeck {
    OrnsteinUhlenbeck(theta: 0, coupling: 0, dimension: dimension, initial: initial)
  }
}

extension CoupledSystems {
  /// The states of one system as particles × components, as it stands.
  func states(of system: Int = 0) -> [[Double]] {
    let (numbers, components): ([Double], Int) = (states(of: system), model.shape.components)
    return stride(from: 0, to: numbers.count, by: components).map { Array(numbers[$0..<$0 + components]) }
  }

  /// The states of one system at time 0 and after each fine step of a replica.
  func path(of system: Int = 0, replica: UInt32 = 0) throws -> [[[Double]]] {
    var path: [[[Double]]] = []
    try run(replica: replica, afterStep: { _ in path.append(states(of: system)) })
    return path
  }
}

/// The increments of particles over one step of length 1, as particles × dimension.
func increments(of noise: LevyNoise, dimension: Int, particles: Int, seed: UInt32 = 1) throws -> [[Double]] {
  let systems = try CoupledSystems(
    model: OrnsteinUhlenbeck.driftless(dimension: dimension), noise: noise, horizon: 1,
    systems: [CoupledSystems.System(particles: particles, steps: 1)], seed: seed)
  return try systems.path()[1]
}

/// The states of a system of its own at time 0 and after each step of a replica: steps + 1 × particles × components.
func path(
  of model: any McKeanVlasovModel, noise: LevyNoise, horizon: Double, steps: Int, particles: Int, seed: UInt32 = 1,
  replica: UInt32 = 0, precision: Precision = .double, threads: Int = 1
) throws -> [[[Double]]] {
  try CoupledSystems(
    model: model, noise: noise, horizon: horizon, systems: [CoupledSystems.System(particles: particles, steps: steps)],
    seed: seed, threads: threads, precision: precision
  ).path(replica: replica)
}

/// The largest difference between two paths of one system, at any of its times: of a particle's component, relative to how
/// large that component has been so far, or to how large it has been on the average over particles, which every particle
/// feels through the mean field.
func relativeDifference(_ a: [[[Double]]], _ b: [[[Double]]]) -> Double {
  var sizes = b[0].map { $0.map { _ in 0.0 } }
  var largest = 0.0
  for (a, b) in zip(a, b) {
    for c in b[0].indices {
      for i in b.indices { sizes[i][c] = max(sizes[i][c], abs(b[i][c])) }
      let mean = sizes.reduce(0) { $0 + $1[c] } / Double(sizes.count)
      for i in b.indices where a[i][c] != b[i][c] {
        largest = max(largest, abs(a[i][c] - b[i][c]) / (sizes[i][c] + mean))
      }
    }
  }
  return largest
}
