import Foundation
import McKeanVlasov
import Testing

@Suite struct NetworkPruningTests {
  /// Norms 3, 1, 2, 0; 14 is the sum of their squares.
  private let byHand = NetworkPruning(weights: [3, 0, 0, 1, -2, 0, 0, 0], inputs: 2)

  @Test func theSmallestNormGoesFirst() {
    #expect(byHand.order == [3, 1, 2, 0])
    #expect(byHand.norms == [3, 1, 2, 0])
    let errors = (0...4).map { byHand.relativeError(dropping: $0) }
    #expect(errors == [0, 0, (1.0 / 14).squareRoot(), (5.0 / 14).squareRoot(), 1])
  }

  /// Dropping 1, 2, 3, 4 neurons loses 0, 1, 5, 14 fourteenths.
  @Test(arguments: [(0, 1), (0.07, 1), (0.08, 2), (0.35, 2), (0.36, 3), (0.99, 3), (1, 4)])
  func squaredFrobeniusByHand(threshold: Double, dropped: Int) {
    #expect(byHand.dropped(by: .init(.squaredFrobenius, threshold: threshold)) == dropped)
  }

  @Test(arguments: [0, 1e-3, 0.01, 0.1, 0.25, 0.5, 0.9, 0.999, 1])
  func squaredFrobeniusByBruteForce(threshold: Double) {
    let (count, inputs) = (200, 3)
    let weights = (0..<count * inputs).map { index in
      let u = Philox.uniforms(counter: SIMD4(UInt32(index), 0, 0, 0), key: SIMD2(11, 0))
      return (u.first - 0.5) / u.second
    }
    let pruning = NetworkPruning(weights: weights, inputs: inputs)
    let squares = (0..<count).map { i in (0..<inputs).reduce(0.0) { $0 + pow(weights[i * inputs + $1], 2) } }
    let total = squares.reduce(0, +)
    var largest = 0
    for k in 0...count {
      // what is lost when the k smallest are set to 0
      let smallest = squares.indices.sorted { squares[$0] < squares[$1] }.prefix(k)
      let lost = smallest.reduce(0.0) { $0 + squares[$1] }
      #expect(abs(pruning.relativeError(dropping: k) - (lost / total).squareRoot()) < 1e-13)
      #expect(Set(pruning.order.prefix(k)) == Set(smallest))
      if lost <= threshold * total || k == 0 || (k == count && threshold == 1) { largest = k }
    }
    #expect(pruning.dropped(by: .init(.squaredFrobenius, threshold: threshold)) == largest)
  }

  @Test(arguments: [(0, 0), (0.05, 0), (0.08, 1), (0.3, 2), (0.5, 4), (0.7, 5), (0.92, 6), (0.93, 7), (1, 7)])
  func aRatioIsRoundedToWholeNeurons(threshold: Double, dropped: Int) {
    let pruning = NetworkPruning(weights: [1, 2, 3, 4, 5, 6, 7], inputs: 1)
    #expect(pruning.dropped(by: .init(.ratio, threshold: threshold)) == dropped)
  }

  @Test func thresholdsWhereNoneAreGiven() {
    #expect(PruningCriterion.squaredFrobenius.defaultThresholds == [0.1])
    let ratios = PruningCriterion.ratio.defaultThresholds
    #expect(ratios == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
    for count in [10, 1000] {
      let pruning = NetworkPruning(weights: (0..<count).map(Double.init), inputs: 1)
      #expect(ratios.map { pruning.dropped(by: .init(.ratio, threshold: $0)) } == (0...10).map { $0 * count / 10 })
    }
  }

  @Test func equalNormsGoByTheirNumber() {
    let pruning = NetworkPruning(weights: [2, 0, 0, 2, 1, 0, -2, 0, 0, -1], inputs: 2)
    #expect(pruning.order == [2, 4, 0, 1, 3])
  }

  @Test func nothingIsLostOfNothing() {
    let pruning = NetworkPruning(weights: [0, 0, 0, 0, 0, 0], inputs: 2)
    #expect(pruning.order == [0, 1, 2])
    for threshold in [0, 0.5, 1] { #expect(pruning.dropped(by: .init(.squaredFrobenius, threshold: threshold)) == 3) }
    #expect(pruning.dropped(by: .init(.ratio, threshold: 0.5)) == 2)
    for k in 0...3 { #expect(pruning.relativeError(dropping: k) == 0) }
  }

  /// Squares beyond the largest double.
  @Test func weightsWhoseSquaresOverflow() {
    let pruning = NetworkPruning(weights: [3e200, 0, 0, 1e200, -2e200, 0, 0, 5], inputs: 2)
    #expect(pruning.order == [3, 1, 2, 0])
    #expect(zip(pruning.norms, [3e200, 1e200, 2e200, 5]).allSatisfy { abs($0 / $1 - 1) < 1e-14 || $1 == 5 })
    let dropped = [0.07, 0.08, 0.36, 1].map { pruning.dropped(by: .init(.squaredFrobenius, threshold: $0)) }
    #expect(dropped == [1, 2, 3, 4])
    #expect(abs(pruning.relativeError(dropping: 3) - (5.0 / 14).squareRoot()) < 1e-14)
  }

  // MARK: - Performance

  /// More neurons than a block has, and dropped neurons in all of them.
  @Test(arguments: TwoLayerNetwork.OutputScaling.allCases, Loss.allCases)
  func performanceIsThatOfTheNetworkWithoutTheDropped(scaling: TwoLayerNetwork.OutputScaling, loss: Loss) throws {
    let data = try TestData.generated(rows: 8, columns: 3, classes: loss == .logistic ? 2 : 3)
    let count = 700
    let model = try TwoLayerNetwork(
      data: data, activation: .tanh, loss: loss, neurons: scaling == .standard ? count : nil,
      initial: .normal(mean: 0, standardDeviation: 2))
    #expect(count > model.shape.blockSize)
    let states = try path(
      of: model, noise: LevyNoise(law: .stable(alpha: 1.3), scale: 0.1), horizon: 1, steps: 2, particles: count)[2]
    let pruning = NetworkPruning(weights: states.flatMap { $0.prefix(3) }, inputs: 3)
    let cuts = [0, 600, 350, 700, 690, 350, 13]
    let found = model.performance(of: Array(states.joined()), order: pruning.order, dropping: cuts)
    let naive = NaiveNetwork(
      data: data, activation: .tanh, loss: loss, outputs: model.outputs, isStandard: scaling == .standard)
    for (cut, found) in zip(cuts, found) {
      var pruned = states
      for neuron in pruning.order.prefix(cut) {
        for c in 0..<model.outputs { pruned[neuron][3 + c] = 0 }
      }
      #expect(abs(found.loss - naive.meanLoss(pruned)) < 1e-12 * max(1, found.loss))
      // without any neurons all outputs are 0 and the class is a matter of taste
      if cut < count { #expect(found.accuracy == naive.accuracy(pruned)) }
    }
    #expect(Set(found.map(\.loss)).count == 6)
  }

  @Test func outputsThatAreNoNumbersHaveNoPerformance() throws {
    let data = try TestData.threeClasses()
    let model = try TwoLayerNetwork(data: data, activation: .relu, loss: .squared)
    // two neurons, the second beyond all numbers
    let states: [Double] = [1, 1, 1, 0.5, 0.5, 0.5, 1e300, 1e300, 1e300, 1e300, 1e300, 1e300]
    let found = model.performance(of: states, order: [1, 0], dropping: [0, 1])
    #expect(found[0].loss.isNaN && found[0].accuracy.isNaN)
    #expect(found[1].loss.isFinite && (0...1).contains(found[1].accuracy))
  }

  // MARK: - Tail index

  @Test func hillAloneIsThatOfTheWholeEstimate() throws {
    let sample = try increments(of: LevyNoise(law: .stable(alpha: 1.4)), dimension: 1, particles: 5000).map { $0[0] }
    let sizes = sample.map { abs($0) }
    let hill = try #require(TailIndex.hill(of: sizes))
    #expect(hill == TailIndex(of: sample)?.hill)
    #expect(hill.interval.contains(1.4))
    #expect(TailIndex.hill(of: Array(sizes.prefix(99))) == nil)
    let few = Array(sizes.prefix(100))
    #expect(TailIndex.hill(of: few) != nil && TailIndex.hill(of: few + [0, .infinity]) == TailIndex.hill(of: few))
    #expect(TailIndex.hill(of: [Double](repeating: 2, count: 500)) == nil)
  }
}
