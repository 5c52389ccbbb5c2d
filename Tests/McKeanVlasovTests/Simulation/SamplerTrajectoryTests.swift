import Foundation
import McKeanVlasov
import Testing

/// The states that the engine reaches with the vectorised draws against those with GSL's.
@Suite struct SamplerTrajectoryTests {
  typealias System = CoupledSystems.System

  private static func engine(
    _ model: any McKeanVlasovModel, _ law: LevyNoise.Law, _ shape: NoiseShape, _ sampler: Sampler, _ systems: [System],
    seed: UInt32 = 23, precision: Precision = .double
  ) throws -> CoupledSystems {
    try CoupledSystems(
      model: model, noise: LevyNoise(law: law, scale: 0.4, shape: shape, sampler: sampler), horizon: 1.5,
      systems: systems, seed: seed, precision: precision)
  }

  private static let laws: [LevyNoise.Law] = [
    .stable(alpha: 0.5), .stable(alpha: 1), .stable(alpha: 1.2), .stable(alpha: 1.7), .stable(alpha: 2), .brownian,
  ]

  /// A draw is within 1e-14 + 1e-15/t of GSL's, t uniform on (0, 1): of a few 10^4 draws none has a t much below 1e-5. Draws
  /// add up to states whose size is that of the largest.
  private static let bound = 1e-10

  /// Models of one component and of several. The oscillators take the cosine of their position, which has no digits left
  /// where an index of 1 or below throws it far away.
  private static func models(_ law: LevyNoise.Law) throws -> [any McKeanVlasovModel] {
    var oscillators: [any McKeanVlasovModel] = [DrivenOscillators()]
    if case .stable(let alpha) = law, alpha <= 1 { oscillators = [] }
    return oscillators + [
      OrnsteinUhlenbeck(theta: 1, coupling: 2, initial: .normal(mean: 1, standardDeviation: 0.5)),
      OrnsteinUhlenbeck(theta: 0.5, coupling: -0.5, dimension: 2, initial: .stable(try StableLaw(alpha: 1.6))),
      SineInteraction(theta: 1, coupling: 2, initial: .uniform(low: -1, high: 2)),
      try TestData.network(.tanh), try TestData.network(.softplus, loss: .squared, weightDecay: 0.1),
    ]
  }

  /// Many sizes with one step, and one size with many steps.
  private static func systems(_ model: any McKeanVlasovModel) -> [[System]] {
    let block = model.shape.blockSize
    return [
      [System(particles: 1, steps: 6), System(particles: 7, steps: 6), System(particles: block + 3, steps: 6)],
      [System(particles: 100, steps: 3), System(particles: 100, steps: 6), System(particles: 100, steps: 12)],
    ]
  }

  @Test(arguments: laws, NoiseShape.allCases)
  func pathsAgree(law: LevyNoise.Law, shape: NoiseShape) throws {
    for model in try Self.models(law) {
      for systems in Self.systems(model) {
        let vector = try Self.engine(model, law, shape, .vector, systems)
        let gsl = try Self.engine(model, law, shape, .gsl, systems)
        let other = try Self.engine(model, law, shape, .vector, systems, seed: 24)
        for index in systems.indices {
          let expected = try gsl.path(of: index)
          let difference = relativeDifference(try vector.path(of: index), expected)
          #expect(difference < Self.bound, "\(model.name), \(systems[index])")
          // Negative control: another seed.
          #expect(relativeDifference(try other.path(of: index), expected) > 0.01, "\(model.name), \(systems[index])")
        }
      }
    }
  }

  /// Sizes about the block's and about the parts that initial values and mixing variables are drawn in: a particle's path
  /// without interaction does not depend on how many there are, to the bit.
  @Test(arguments: NoiseShape.allCases, Precision.allCases)
  func pathsDoNotDependOnTheSize(shape: NoiseShape, precision: Precision) throws {
    let model = OrnsteinUhlenbeck(theta: 1, coupling: 0, dimension: 2, initial: .normal(mean: 0, standardDeviation: 1))
    func terminal(_ particles: Int) throws -> [[Double]] {
      try path(
        of: model, noise: LevyNoise(law: .stable(alpha: 1.4), shape: shape), horizon: 1, steps: 3, particles: particles,
        precision: precision
      ).last!
    }
    #expect(model.shape.blockSize == 2048)
    let largest = try terminal(4500)
    #expect(Set(largest.map { $0[0] }).count > 4490)
    for particles in [1, 2, 31, 32, 33, 511, 512, 513, 2047, 2048, 2049, 2559, 2560, 2561, 4096, 4097] {
      #expect(try terminal(particles) == Array(largest.prefix(particles)), "\(particles) particles")
    }
  }
}
