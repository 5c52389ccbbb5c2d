import AllocationCounter
import McKeanVlasov
import Testing

/// The engine asks for memory when it is made, not while it runs.
@Suite struct AllocationTests {
  /// What a thread asks for in a run of so many steps, with two systems of three blocks; of full ones for a network, since
  /// OpenBLAS's kernels for small matrices ask for memory.
  private static func allocations(
    _ model: any McKeanVlasovModel, steps: Int, sampler: Sampler = .vector, shape: NoiseShape = .isotropic,
    precision: Precision = .double
  ) throws -> Int {
    let isNetwork = model is TwoLayerNetwork
    let particles = (isNetwork ? 3 : 2) * model.shape.blockSize + (isNetwork ? 0 : 10)
    let engine = try CoupledSystems(
      model: model, noise: LevyNoise(law: .stable(alpha: 1.5), shape: shape, sampler: sampler), horizon: 1,
      systems: [
        .init(particles: particles, steps: steps),
        .init(particles: particles - model.shape.blockSize, steps: steps / 2),
      ],
      seed: 1,
      precision: precision)
    // the first run may set up what stays, such as the tables of OpenBLAS
    try engine.run(replica: 0, stopAtNonFinite: false)
    let before = allocation_count()
    try engine.run(replica: 1, stopAtNonFinite: false)
    return allocation_count() - before
  }

  private static func models() throws -> [any McKeanVlasovModel] {
    func network(_ activation: Activation, _ loss: Loss, classes: Int) throws -> TwoLayerNetwork {
      try TwoLayerNetwork(
        data: TestData.generated(rows: 128, columns: 64, classes: classes), activation: activation, loss: loss,
        weightDecay: 0.1)
    }
    let networks = try Activation.allCases.map { try network($0, .crossEntropy, classes: 3) }
    return networks + [
      try network(.tanh, .logistic, classes: 2), try network(.tanh, .squared, classes: 3),
      OrnsteinUhlenbeck(theta: 1, coupling: 1, dimension: 2),
      SineInteraction(theta: 1, coupling: 1, initial: .normal(mean: 0, standardDeviation: 1)), DrivenOscillators(),
    ]
  }

  @Test(arguments: Precision.allCases, Sampler.allCases)
  func aRunTakesNoMemory(precision: Precision, sampler: Sampler) throws {
    for model in try Self.models() {
      for shape in NoiseShape.allCases {
        let found = try [2, 20].map {
          try Self.allocations(model, steps: $0, sampler: sampler, shape: shape, precision: precision)
        }
        #expect(found == [0, 0], "\(model.name), \(shape)")
      }
    }
  }

  /// A model that makes an array in its drift.
  private struct Wasteful: ModelWithoutFeatures {
    let name = "wasteful"
    let shape = ModelShape(components: 1, features: 1)
    let initial = [InitialLaw.constant(0)]
    let featureGrowth = FeatureGrowth.none

    func drift(
      of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
      into drift: inout MutableSpan<Double>
    ) {
      let copy = block.indices.map { block[$0] }
      for i in drift.indices { drift[i] = -copy[copy.count - 1 - i] }
    }
  }

  /// The control: one array for each block, step and system.
  @Test func whatAModelTakesIsSeen() throws {
    #expect(try Self.allocations(Wasteful(), steps: 20) >= 3 * 20 + 2 * 10)
  }
}
