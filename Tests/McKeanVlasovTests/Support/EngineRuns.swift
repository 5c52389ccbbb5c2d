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
    (0..<blocks).flatMap { index -> [[Double]] in
      let values = block(index, of: system)
      let count = particles(ofBlock: index, in: system).count
      return (0..<count).map { i in (0..<model.shape.components).map { values[$0 * count + i] } }
    }
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
