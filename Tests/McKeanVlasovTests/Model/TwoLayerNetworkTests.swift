import COpenBLAS
import CGSL
import Foundation
import McKeanVlasov
import Testing

@Suite struct TwoLayerNetworkTests {
  /// Four points in three dimensions, of two or three classes.
  private static func data(classes: Int) throws -> LabelledData {
    let directory = try TemporaryDirectory()
    let labels = classes == 2 ? [0, 1, 1, 0] : [0, 2, 1, 0]
    let inputs = ["0.3,-1.2,0.7", "1.1,0.4,-0.6", "-0.8,0.9,0.2", "0.5,0.6,1.4"]
    let rows = zip(inputs, labels).map { "\($0),\($1)\n" }
    return try LabelledData(contentsOf: directory.file("data.csv", rows.joined()), label: .last)
  }

  /// Three neurons, hidden weights then output weights.
  private static func neurons(outputs: Int) -> [[Double]] {
    [
      [0.4, -0.3, 0.9, 1.1, -0.7, 0.2], [-1.1, 0.5, 0.3, -0.4, 0.6, 1.3], [0.2, 1.2, -0.5, 0.8, 0.9, -1.5],
    ].map { Array($0.prefix(3 + outputs)) }
  }

  struct Setting: Sendable, CustomTestStringConvertible {
    let activation: Activation
    let loss: Loss
    let weightDecay: Double
    var testDescription: String { "\(activation), \(loss), λ = \(weightDecay)" }

    static let all = Activation.allCases.flatMap { activation in
      Loss.allCases.flatMap { loss in
        [0, 0.3].map { Setting(activation: activation, loss: loss, weightDecay: $0) }
      }
    }

    func make() throws -> (model: TwoLayerNetwork, naive: NaiveNetwork, neurons: [[Double]]) {
      let data = try TwoLayerNetworkTests.data(classes: loss == .logistic ? 2 : 3)
      let model = try TwoLayerNetwork(data: data, activation: activation, loss: loss, weightDecay: weightDecay)
      let naive = NaiveNetwork(data: data, activation: activation, loss: loss, outputs: model.outputs)
      return (model, naive, TwoLayerNetworkTests.neurons(outputs: model.outputs))
    }
  }

  @Test(arguments: Setting.all)
  func meanFieldIsTheOutput(setting: Setting) throws {
    let (model, naive, neurons) = try setting.make()
    let meanField = model.features(of: neurons).meanField
    let output = naive.output(neurons)
    #expect(meanField.count == model.outputs * output.count)
    for (j, outputs) in output.enumerated() {
      for (c, expected) in outputs.enumerated() { #expect(abs(meanField[c * output.count + j] - expected) < 1e-14) }
    }
    let performance = model.performance(ofOutputs: meanField)
    #expect(abs(performance.loss - naive.meanLoss(neurons)) < 1e-13)
    #expect(performance.accuracy == naive.accuracy(neurons))
  }

  /// b(θ_i) = -n ∂L/∂θ_i - λθ_i, by central differences of the loss. Their error is of the order of the square of the
  /// difference, and rounding of its inverse: 1e-9 in all.
  @Test(arguments: Setting.all)
  func driftIsTheGradientOfTheLoss(setting: Setting) throws {
    let (model, naive, neurons) = try setting.make()
    let drift = model.drift(of: neurons)
    #expect(drift.allSatisfy { $0.count == 3 })
    let h = 1e-5
    for i in neurons.indices {
      for component in 0..<3 {
        var (above, below) = (neurons, neurons)
        above[i][component] += h
        below[i][component] -= h
        let derivative = (naive.meanLoss(above) - naive.meanLoss(below)) / (2 * h)
        let expected = -Double(neurons.count) * derivative - setting.weightDecay * neurons[i][component]
        #expect(abs(drift[i][component] - expected) < 1e-9)
      }
    }
  }

  /// A neuron that is 0 stays at ReLU's kink on every data point; of softplus it would move.
  @Test func reluHasDerivative0At0() throws {
    let data = try Self.data(classes: 3)
    let neurons = [[0, 0, 0, 1, 2, 3]] + Self.neurons(outputs: 3)
    func driftOfTheFirst(_ activation: Activation) throws -> [Double] {
      try TwoLayerNetwork(data: data, activation: activation, loss: .crossEntropy).drift(of: neurons)[0]
    }
    #expect(try driftOfTheFirst(.relu) == [0, 0, 0])
    #expect(try driftOfTheFirst(.softplus).allSatisfy { abs($0) > 1e-3 })
  }

  /// Sums of many large numbers: no overflow, no loss of the small differences.
  @Test(arguments: [1e3, -1e3])
  func lossesOfLargeOutputs(size: Double) throws {
    let three = try TwoLayerNetwork(data: Self.data(classes: 3), activation: .tanh, loss: .crossEntropy)
    let outputs: [Double] = [size, 0, -size].flatMap { [Double](repeating: $0, count: 4) }
    // classes 0, 2, 1, 0; for size > 0 the losses are 0, 2000, 1000, 0 and for size < 0 they are 2000, 0, 1000, 2000
    let expected = size > 0 ? 750.0 : 1250.0
    #expect(abs(three.performance(ofOutputs: outputs).loss - expected) < 1e-9)
    #expect(three.performance(ofOutputs: outputs).accuracy == (size > 0 ? 0.5 : 0.25))
    let two = try TwoLayerNetwork(data: Self.data(classes: 2), activation: .softplus, loss: .logistic)
    #expect(abs(two.performance(ofOutputs: [size, size, size, size]).loss - 500) < 1e-9)
    #expect(two.drift(of: [[size, size, size, 1]]).allSatisfy { $0.allSatisfy(\.isFinite) })
  }

  /// Blocks run in parallel, and a product's bits must not depend on the number of threads.
  @Test func productsTakeOneThread() throws {
    _ = try TwoLayerNetwork(data: Self.data(classes: 3), activation: .tanh, loss: .squared)
    #expect(openblas_get_num_threads() == 1)
  }

  @Test func shapeAndDefaults() throws {
    let model = try TwoLayerNetwork(data: Self.data(classes: 3), activation: .tanh, loss: .squared)
    #expect(model.shape == ModelShape(components: 6, moving: 3, features: 12, prepared: 16, kept: 4, scratch: 4))
    let bound = 1 / 3.0.squareRoot()
    #expect(
      model.initial == Array(repeating: .uniform(low: -bound, high: bound), count: 3)
        + Array(repeating: .normal(mean: 0, standardDeviation: 1), count: 3))
    #expect(try TwoLayerNetwork(data: Self.data(classes: 2), activation: .tanh, loss: .logistic).outputs == 1)
    // The gradient of one class is 0, and nothing would move.
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "label", found: "data of one class", allowed: "labels of two classes or more")
    ) { try TwoLayerNetwork(data: TestData.oneClass(), activation: .tanh, loss: .crossEntropy) }
  }

  @Test func logisticLossNeedsTwoClasses() throws {
    let data = try Self.data(classes: 3)
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "loss", found: "\"logistic\" with 3 classes",
        allowed: "\"logistic\" with two classes, \"cross-entropy\" or \"squared\"")
    ) { try TwoLayerNetwork(data: data, activation: .tanh, loss: .logistic) }
  }

  @Test func growthOfTheFeatures() {
    #expect(Activation.allCases.map(\.featureGrowth) == [.bounded, .bounded, .bounded, .linear, .linear])
    #expect(Activation.allCases.filter { !$0.isSmooth } == [.relu])
  }

  /// GSL brings a slow reference CBLAS with it, whose symbols have the same names.
  @Test func matrixProductsAreThoseOfOpenBLAS() throws {
    let symbol = try #require(dlsym(UnsafeMutableRawPointer(bitPattern: 0), "cblas_dgemm"))
    // The library that this address is mapped from.
    let address = UInt(bitPattern: symbol)
    let maps = try #require(try FileHandle(forReadingAtPath: "/proc/self/maps")?.readToEnd())
    let mapping = String(decoding: maps, as: UTF8.self).split(separator: "\n").first { line in
      let bounds = line.split(separator: " ")[0].split(separator: "-").map { UInt($0, radix: 16)! }
      return (bounds[0]..<bounds[1]).contains(address)
    }
    let library = try #require(mapping)
    #expect(library.contains("openblas"))
  }
}
