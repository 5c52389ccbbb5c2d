import Foundation
import McKeanVlasov
import Testing

/// States in single precision, with sums in double precision.
@Suite struct SinglePrecisionTests {
  // MARK: - Against double precision

  /// A draw at α = 1.6 is off by at most 10.5 · 2^-24 of itself and an addition by 2^-25 of the sum; the largest draw makes
  /// the size of a path, and the drift carries its error on without making it much larger.
  private static let bound = 0x1p-20

  private static func models() throws -> [any McKeanVlasovModel] {
    let networks = try Activation.allCases.flatMap { activation in
      try Loss.allCases.map { loss in
        try TwoLayerNetwork(
          data: TestData.twoClasses(), activation: activation, loss: loss, weightDecay: activation == .erf ? 0.2 : 0)
      }
    }
    return networks + [
      OrnsteinUhlenbeck(theta: 1, coupling: 2, initial: .normal(mean: 1, standardDeviation: 0.5)),
      OrnsteinUhlenbeck(theta: 0.5, coupling: -0.5, dimension: 3, initial: .uniform(low: 0, high: 1)),
      SineInteraction(theta: 1, coupling: 2, initial: .uniform(low: -1, high: 2)), DrivenOscillators(),
    ]
  }

  @Test(arguments: NoiseShape.allCases, Sampler.allCases)
  func pathsAreThoseInDoublePrecisionToRounding(shape: NoiseShape, sampler: Sampler) throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.6), scale: 0.3, shape: shape, sampler: sampler)
    for model in try Self.models() {
      func path(_ precision: Precision, seed: UInt32 = 4) throws -> [[[Double]]] {
        try McKeanVlasovTests.path(
          of: model, noise: noise, horizon: 0.5, steps: 8, particles: model.shape.blockSize + 40, seed: seed,
          precision: precision)
      }
      let (single, double) = (try path(.single), try path(.double))
      let difference = relativeDifference(single, double)
      #expect(difference < Self.bound, "\(model.name)")
      #expect(single.joined().joined().allSatisfy { Double(Float($0)) == $0 })
      // Negative control: another seed.
      #expect(relativeDifference(try path(.single, seed: 5), double) > 0.01, "\(model.name)")
      // What the network's neurons do is seen beyond the rounding.
      let movement = relativeDifference(Array(repeating: double[0], count: double.count), double)
      #expect(movement > 0.01)
    }
  }

  // MARK: - Sums in double precision

  /// The mean field of equal particles at time 0.
  private static func meanField(
    _ model: any McKeanVlasovModel, particles: Int, precision: Precision = .single
  ) throws -> [Double] {
    let engine = try CoupledSystems(
      model: model, noise: LevyNoise(law: .brownian, scale: 0), horizon: 1,
      systems: [.init(particles: particles, steps: 1)], seed: 1, precision: precision)
    var found: [Double] = []
    try engine.run(replica: 0, afterStep: { step in if step == 0 { found = engine.meanField(of: 0) } })
    return found
  }

  /// A million equal numbers: their mean is the number, to the rounding of double precision. Sums of singles are off by 1e-7
  /// or more even where each block has several.
  @Test func meansOfAMillionEqualNumbers() throws {
    let (particles, x) = (1_000_000, Float(0.1))
    let ofNumbers = try Self.meanField(
      OrnsteinUhlenbeck(theta: 1, coupling: 1, initial: .constant(0.1)), particles: particles)[0]
    #expect(abs(ofNumbers - Double(x)) < 1e-15)
    var sines = [x]
    var span = sines.mutableSpan
    BlockMath.sin(&span)
    let ofSines = try Self.meanField(
      SineInteraction(theta: 1, coupling: 1, initial: .constant(0.1)), particles: particles)[0]
    #expect(abs(ofSines - Double(sines[0])) < 1e-15)

    // Negative controls: sums of singles, one and eight at a time.
    let one = (0..<particles).reduce(Float(0)) { sum, _ in sum + x }
    #expect(abs(Double(one) / Double(particles) - Double(x)) > 1e-6)
    let eight = (0..<particles / 8).reduce(Float(0)) { sum, _ in sum + x }
    #expect(abs(8 * Double(eight) / Double(particles) - Double(x)) > 1e-7)
  }

  /// A network's outputs: N sums over neurons of a ψ. All hidden weights 1, so that ψ is the data point's own number with
  /// ReLU, and a product with a = 1/3 rounded is exact in double precision.
  @Test func outputsOfAMillionEqualNeurons() throws {
    let model = try TwoLayerNetwork(
      data: TestData.column([0.1, 0.7, 3, 1e-5], labels: [0, 1, 0, 1]), activation: .relu, loss: .squared,
      initial: .constant(1), outputInitial: .constant(1.0 / 3))
    let outputs = try Self.meanField(model, particles: 1_000_000)
    let a = Double(Float(1.0 / 3))
    for (j, x) in [Float(0.1), 0.7, 3, 1e-5].enumerated() {
      for c in 0..<2 { #expect(abs(outputs[4 * c + j] / (a * Double(x)) - 1) < 1e-13, "\(x)") }
    }
  }

  /// Outputs of ± 10^10, where a Float's spacing is 1024: the softmax is one class, and nothing is infinite or NaN.
  @Test(arguments: Precision.allCases)
  func softmaxOfHugeOutputs(precision: Precision) throws {
    let model = try TwoLayerNetwork(
      data: TestData.column([1, 2, -1, 3], labels: [0, 1, 0, 2]), activation: .softplus, loss: .crossEntropy,
      initial: .constant(1), outputInitial: .uniform(low: -1e10, high: 1e10))
    let engine = try CoupledSystems(
      model: model, noise: LevyNoise(law: .brownian, scale: 0), horizon: 1,
      systems: [.init(particles: 1, steps: 1)], seed: 1, precision: precision)
    var states: [[Double]] = []
    let nonFinite = try engine.run(replica: 0, afterStep: { _ in states.append(engine.states(of: 0)) })
    #expect(nonFinite == nil)
    let (theta, a) = (states[0][0], Array(states[0].dropFirst()))
    let largest = a.indices.max { a[$0] < a[$1] }!
    // -(1/N) Σ_j (a_largest - a_{y_j}) ψ'(θ x_j) x_j
    let drift = zip([1.0, 2, -1, 3], [0, 1, 0, 2]).reduce(0.0) { sum, point in
      sum - (a[largest] - a[point.1]) / (1 + exp(-theta * point.0)) * point.0 / 4
    }
    #expect(abs(drift) > 1e8)
    #expect(abs(states[1][0] - theta - drift) < abs(drift) * (precision == .double ? 1e-14 : 1e-6))
  }

  // MARK: - Threads

  @Test func threadsDoNotChangeABit() throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.6), scale: 0.3, shape: .isotropic)
    let models: [any McKeanVlasovModel] = [
      OrnsteinUhlenbeck(theta: 1, coupling: 2, dimension: 2), DrivenOscillators(),
      SineInteraction(theta: 1, coupling: 2, initial: .uniform(low: -1, high: 2)),
      try TestData.network(.tanh), try TestData.network(.softplus),
    ]
    for model in models {
      func bits(_ threads: Int, seed: UInt32 = 4) throws -> [[[Double]]] {
        try path(
          of: model, noise: noise, horizon: 1, steps: 4, particles: 3 * model.shape.blockSize + 5, seed: seed,
          precision: .single, threads: threads)
      }
      let once = try bits(1)
      for threads in [2, 3, 5] { #expect(try bits(threads) == once, "\(model.name), \(threads) threads") }
      #expect(try bits(1, seed: 5) != once)
    }
  }

  // MARK: - Refusals

  @Test func aModelInDoublePrecisionOnlyIsRefused() throws {
    let noise = try LevyNoise(law: .brownian)
    let refusal = SimulationError.invalidValue(
      parameter: "precision", found: "\"single\" with tanh-attraction",
      allowed: "\"double\", since the model computes in double precision only")
    #expect(
      "\(refusal)"
        == "precision: found \"single\" with tanh-attraction; allowed: \"double\", since the model computes in double "
        + "precision only.")
    #expect(throws: refusal) {
      try CoupledSystems(
        model: TanhAttraction(), noise: noise, horizon: 1, systems: [.init(particles: 2, steps: 1)], seed: 1,
        precision: .single)
    }
    #expect(throws: refusal) {
      try TrajectoryStudy(
        model: TanhAttraction(), noise: noise, grid: TimeGrid(horizon: 1, steps: 1), particles: 2, snapshots: 2,
        precision: .single)
    }
    #expect(throws: refusal) {
      try ErrorStudy.chaos(
        model: TanhAttraction(), noise: noise, horizon: 1, steps: 1, particles: .range(from: 2, to: 4), replicas: 8,
        precision: .single)
    }
    #expect(throws: refusal) {
      try ErrorStudy.strong(
        model: TanhAttraction(), noise: noise, horizon: 1, steps: .range(from: 2, to: 4), particles: 2, replicas: 8,
        precision: .single)
    }
  }

  /// The noise's index, or that of an initial law; without noise its index does not matter.
  @Test func tailsThatOverflowAreRefused() throws {
    func refusal(alpha: Double, scale: Double = 1, initial: InitialLaw = .constant(0)) throws -> SimulationError? {
      let noise = try LevyNoise(law: .stable(alpha: alpha), scale: scale)
      do {
        _ = try CoupledSystems(
          model: OrnsteinUhlenbeck(theta: 1, coupling: 0, initial: initial), noise: noise, horizon: 1,
          systems: [.init(particles: 2, steps: 1)], seed: 1, precision: .single)
        return nil
      } catch { return error }
    }
    func expected(_ alpha: Double) -> SimulationError {
      .invalidValue(
        parameter: "precision", found: "\"single\" with the tail index \(alpha)",
        allowed: "\"double\", since below 0.3 draws overflow single precision")
    }
    for alpha in [0.1, 0.25, 0.3.nextDown] { #expect(try refusal(alpha: alpha) == expected(alpha)) }
    #expect(try refusal(alpha: 0.3) == nil && refusal(alpha: 2) == nil)
    #expect(try refusal(alpha: 0.1, scale: 0) == nil)
    #expect(try refusal(alpha: 1.5, initial: .stable(StableLaw(alpha: 0.2))) == expected(0.2))
    #expect(try refusal(alpha: 1.5, initial: .stable(StableLaw(alpha: 0.2, scale: 0))) == nil)
  }

  // MARK: - Memory

  /// Every number of the particles is counted with half the bytes: twice the particles take as much.
  @Test func theMemoryEstimateHalves() throws {
    func bytes(_ precision: Precision, particles: Int) throws -> Int {
      try Experiment(
        ExperimentText.chaos(
          model: "name = \"ornstein-uhlenbeck\"\ntheta = 1\ncoupling = 1\ndimension = 50",
          study: "particles = [2, 4, \(particles)]\nreplicas = 8"),
        overrides: ["study.precision=\(precision.rawValue)"]
      ).cost(threads: 1).bytes
    }
    let (double, single) = (try bytes(.double, particles: 1 << 20), try bytes(.single, particles: 1 << 20))
    // 50 numbers a particle; the rest, of one block and of the results, is small.
    #expect(abs(Double(double) / Double(50 * 8 << 20) - 1) < 0.01)
    #expect(abs(Double(double) / Double(single) - 2) < 0.02)
  }
}
