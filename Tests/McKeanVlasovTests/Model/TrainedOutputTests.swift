import Foundation
import McKeanVlasov
import Testing

/// Networks whose output weights are trained, and networks whose output is a sum.
@Suite struct TrainedOutputTests {
  struct Setting: Sendable, CustomTestStringConvertible {
    let activation: Activation
    let loss: Loss
    let output: TwoLayerNetwork.Output
    let scaling: TwoLayerNetwork.OutputScaling
    var testDescription: String { "\(activation), \(loss), \(output), \(scaling)" }

    static let neurons = 5
    static let weightDecay = 0.3

    static let all = Activation.allCases.flatMap { activation in
      Loss.allCases.flatMap { loss in
        TwoLayerNetwork.Output.allCases.flatMap { output in
          TwoLayerNetwork.OutputScaling.allCases.map {
            Setting(activation: activation, loss: loss, output: output, scaling: $0)
          }
        }
      }
    }

    func make() throws -> (model: TwoLayerNetwork, naive: NaiveNetwork) {
      let data = try loss == .logistic ? TestData.twoClasses() : TestData.threeClasses()
      let model = try TwoLayerNetwork(
        data: data, activation: activation, loss: loss, weightDecay: Self.weightDecay, output: output,
        neurons: scaling == .standard ? Self.neurons : nil, initial: .normal(mean: 0.1, standardDeviation: 0.7),
        outputInitial: .normal(mean: 0, standardDeviation: 1))
      let naive = NaiveNetwork(
        data: data, activation: activation, loss: loss, outputs: model.outputs, isStandard: scaling == .standard)
      return (model, naive)
    }
  }

  private static let withoutNoise = try! LevyNoise(law: .none)

  /// -∂L/∂w over the output multiplier by central differences, with weight decay on the hidden weights alone. Their error is
  /// of the order of the square of the difference, and of rounding over it: 1e-8 in all.
  private static func drift(_ naive: NaiveNetwork, of neurons: [[Double]]) -> [[Double]] {
    let h = 1e-5
    return neurons.indices.map { i in
      neurons[i].indices.map { component in
        var (above, below) = (neurons, neurons)
        above[i][component] += h
        below[i][component] -= h
        let derivative = (naive.meanLoss(above) - naive.meanLoss(below)) / (2 * h)
        let decay = component < naive.data.columns ? Setting.weightDecay * neurons[i][component] : 0
        return -derivative * (naive.isStandard ? 1 : Double(neurons.count)) - decay
      }
    }
  }

  private static func largest(_ a: [[Double]], _ b: [[Double]]) -> Double {
    zip(a.joined(), b.joined()).map { abs($0 - $1) }.max()!
  }

  @Test(arguments: Setting.all)
  func driftIsTheGradientOfTheLoss(setting: Setting) throws {
    let (model, naive) = try setting.make()
    let neurons = try path(
      of: model, noise: Self.withoutNoise, horizon: 1, steps: 1, particles: Setting.neurons)[0]
    let moving = setting.output == .trained ? model.shape.components : naive.data.columns
    #expect(model.shape.moving == moving && model.shape.noisy == naive.data.columns)
    let drift = model.drift(of: neurons)
    #expect(drift.allSatisfy { $0.count == moving })
    let (byHand, byDifferences) = (
      naive.drift(neurons, weightDecay: Setting.weightDecay), Self.drift(naive, of: neurons)
    )
    #expect(Self.largest(drift, byHand.map { Array($0.prefix(moving)) }) < 1e-13)
    #expect(Self.largest(byHand, byDifferences) < 1e-8)
    // the control: output weights do move
    #expect(byHand.joined().map { abs($0) }.max()! > 1e-3)
    let outputs = model.outputs(ofMeanField: model.features(of: neurons).meanField)
    for (j, expected) in naive.output(neurons).enumerated() {
      for c in expected.indices { #expect(abs(outputs[c * naive.data.rows + j] - expected[c]) < 1e-13) }
    }
    #expect(abs(model.performance(ofOutputs: outputs).loss - naive.meanLoss(neurons)) < 1e-13)
  }

  /// Hidden and output weights both move by the drift of the values before the step.
  @Test(arguments: Setting.all, Precision.allCases)
  func oneStepTakesTheValuesBeforeIt(setting: Setting, precision: Precision) throws {
    let (model, naive) = try setting.make()
    let (step, bound) = (0.5, precision == .double ? 1e-13 : 2e-6)
    let found = try path(
      of: model, noise: Self.withoutNoise, horizon: step, steps: 1, particles: Setting.neurons, precision: precision)
    func moved(_ before: [[Double]], by drift: [[Double]]) -> [[Double]] {
      zip(before, drift).map { neuron, drift in
        neuron.indices.map { $0 < model.shape.moving ? neuron[$0] + step * drift[$0] : neuron[$0] }
      }
    }
    let expected = moved(found[0], by: naive.drift(found[0], weightDecay: Setting.weightDecay))
    #expect(Self.largest(found[1], expected) < bound)
    // Negative control: output weights moved by what the hidden weights are after the step.
    guard setting.output == .trained else { return }
    let inputs = naive.data.columns
    let half = zip(expected, found[0]).map { Array($0.prefix(inputs) + $1.dropFirst(inputs)) }
    let late = zip(expected, moved(half, by: naive.drift(half))).map { Array($0.prefix(inputs) + $1.dropFirst(inputs)) }
    #expect(Self.largest(found[1], late) > 1e-5)
  }

  /// Noise moves the hidden weights by its increments and leaves the output weights alone.
  @Test(arguments: NoiseShape.allCases, TwoLayerNetwork.OutputScaling.allCases)
  func noiseIsOnTheHiddenWeights(shape: NoiseShape, scaling: TwoLayerNetwork.OutputScaling) throws {
    let (model, _) = try Setting(activation: .tanh, loss: .crossEntropy, output: .trained, scaling: scaling).make()
    let noise = try LevyNoise(law: .stable(alpha: 1.4), scale: 0.6, shape: shape)
    let (step, seed, replica) = (0.2, UInt32(9), UInt32(3))
    func states(_ noise: LevyNoise) throws -> [[Double]] {
      try path(
        of: model, noise: noise, horizon: step, steps: 1, particles: Setting.neurons, seed: seed, replica: replica)[1]
    }
    let (with, without) = (try states(noise), try states(Self.withoutNoise))
    var increments = [Double](repeating: 0, count: 3 * Setting.neurons)
    let stream = RandomStream(seed: seed)
    stream.select(replica: replica)
    noise.fill(
      &increments, components: 3, particles: 0..<Setting.neurons, step: 0,
      incrementScale: noise.incrementScale(over: step), from: stream)
    for i in with.indices {
      for c in 0..<3 { #expect(abs(with[i][c] - without[i][c] - increments[c * Setting.neurons + i]) < 1e-13) }
      #expect(Array(with[i][3...]) == Array(without[i][3...]))
    }
    #expect(increments.map { abs($0) }.max()! > 0.01)
  }

  @Test func noNoiseHasNoScaleAndNoShape() throws {
    let none = try LevyNoise(law: .none, scale: 3, shape: .isotropic)
    #expect(none == Self.withoutNoise && none.scale == 0 && none.shape == .independent)
    #expect(none.incrementScale(over: 1) == 0 && none.alpha == 2 && none.tailIndex == nil)
    let model = try TestData.network(.tanh)
    func states(_ noise: LevyNoise) throws -> [[[Double]]] {
      try path(of: model, noise: noise, horizon: 1, steps: 4, particles: 5)
    }
    #expect(try states(none) == states(LevyNoise(law: .brownian, scale: 0)))
    #expect(try states(none) != states(LevyNoise(law: .brownian, scale: 3)))
  }

  @Test func defaultsOfTheOutputWeights() throws {
    func network(_ neurons: Int?, _ outputInitial: InitialLaw? = nil) throws -> TwoLayerNetwork {
      try TwoLayerNetwork(
        data: TestData.threeClasses(), activation: .tanh, loss: .squared, output: .trained, neurons: neurons,
        outputInitial: outputInitial)
    }
    #expect(try network(nil).initial.last! == .normal(mean: 0, standardDeviation: 1))
    #expect(try network(16).initial.last! == .uniform(low: -0.25, high: 0.25))
    #expect(try network(16).resized(neurons: 4).initial.last! == .uniform(low: -0.5, high: 0.5))
    #expect(try network(16).resized(neurons: 4).neurons == 4)
    #expect(try network(nil).resized(neurons: 4).neurons == nil)
    #expect(try network(16, .constant(2)).resized(neurons: 4).initial.last! == .constant(2))
    #expect(
      try network(nil).shape
        == ModelShape(components: 6, moving: 6, noisy: 3, features: 12, prepared: 16, kept: 4, scratch: 4))
    // ψ' is kept beside ψ where it does not follow from it
    let softplus = try TwoLayerNetwork(
      data: TestData.threeClasses(), activation: .softplus, loss: .squared, output: .trained)
    #expect(softplus.shape.kept == 8)
    // no theorem of these
    let noise = try LevyNoise(law: .stable(alpha: 1.5))
    for model in [try network(nil), try network(16)] {
      for variable in ConvergenceVariable.allCases {
        #expect(model.claim(on: .terminal, in: variable, noise: noise) == nil)
      }
    }
  }
}
