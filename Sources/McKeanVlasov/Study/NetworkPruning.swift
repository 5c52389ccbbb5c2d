import Foundation

/// How many neurons are dropped, smallest norm first.
public enum PruningCriterion: String, Sendable, CaseIterable {
  /// As many as leave ‖pruned - full‖²_F / ‖full‖²_F at or below the threshold.
  case squaredFrobenius = "squared-frobenius"
  /// The threshold is the fraction of neurons that are dropped, rounded to whole neurons.
  case ratio

  /// The thresholds where none are given.
  public var defaultThresholds: [Double] {
    switch self {
    case .squaredFrobenius: [0.1]
    case .ratio: (0...10).map { Double($0) / 10 }
    }
  }
}

/// The neurons of a network in the order in which they are dropped: by the norm of their weights, ties by their number.
public struct NetworkPruning: Sendable {
  /// The neurons, smallest norm first.
  public let order: [Int]
  /// The norm of each neuron, by its number.
  public let norms: [Double]
  /// The sums of the squared norms of the first k in the order, k from 0 to n, in units in which they are finite.
  private let squares: [Double]

  /// - Parameters:
  ///   - weights: the hidden weights, n × inputs, row-major; finite.
  ///   - inputs: weights of a neuron.
  /// - Complexity: two passes and a sort.
  public init(weights: [Double], inputs: Int) {
    // squares of weights beyond 1e154 overflow, of those below 1e-154 vanish; by a power of two all others keep their bits
    let largest = weights.reduce(0) { max($0, abs($1)) }
    let unit = largest > 0x1p400 ? 0x1p-600 : largest < 0x1p-400 ? 0x1p600 : 1
    let squared = stride(from: 0, to: weights.count, by: inputs).map { start in
      weights[start..<start + inputs].reduce(0) { $0 + ($1 * unit) * ($1 * unit) }
    }
    norms = squared.map { $0.squareRoot() / unit }
    order = squared.indices.sorted { (squared[$0], $0) < (squared[$1], $1) }
    squares = order.reduce(into: [0]) { sums, neuron in sums.append(sums.last! + squared[neuron]) }
  }

  /// The number of neurons that a criterion drops.
  public func dropped(by pruning: CompressibilityStudy.Pruning) -> Int {
    switch pruning.criterion {
    // the sums grow: the last k that the threshold allows
    case .squaredFrobenius: squares.lastIndex { $0 <= pruning.threshold * squares.last! }!
    case .ratio: pruning.neuronsOfRatio(order.count)
    }
  }

  /// ‖pruned - full‖_F / ‖full‖_F with the first k of the order dropped; 0 of a network whose weights are all 0.
  public func relativeError(dropping k: Int) -> Double {
    squares.last! > 0 ? (squares[k] / squares.last!).squareRoot() : 0
  }
}

extension TwoLayerNetwork {
  /// Loss and accuracy of the network and of what is left of it when neurons are dropped. A dropped neuron adds nothing to
  /// the outputs; the output multiplier stays that of the full network.
  ///
  /// - Parameters:
  ///   - states: the neurons' hidden and output weights, n × components, row-major.
  ///   - order: the neurons in the order in which they are dropped.
  ///   - dropped: how many are dropped, for each result; 0 for the full network.
  /// - Returns: not a number where an output is none.
  /// - Complexity: that of the outputs of one full network, whatever the number of results.
  public func performance(of states: [Double], order: [Int], dropping dropped: [Int])
    -> [(loss: Double, accuracy: Double)]
  {
    precondition(batchSize == nil, "on all data points")
    var sums = [Double](repeating: 0, count: shape.features)
    var results: [Int: (loss: Double, accuracy: Double)] = [:]
    // from the neurons that are dropped last to those that are dropped first: the outputs of every part on the way
    var end = order.count
    for cut in Set(dropped).sorted(by: >) {
      for start in stride(from: end, to: cut, by: -shape.blockSize) {
        let neurons = order[max(start - shape.blockSize, cut)..<start]
        addOutputs(of: neurons, states: states, to: &sums)
      }
      end = cut
      let multiplier = outputScaling == .standard ? 1 : 1 / Double(order.count)
      let outputs = sums.map { multiplier * $0 }
      results[cut] = outputs.allSatisfy(\.isFinite) ? performance(ofOutputs: outputs) : (.nan, .nan)
    }
    return dropped.map { results[$0]! }
  }

  private func addOutputs(of neurons: ArraySlice<Int>, states: [Double], to sums: inout [Double]) {
    let count = neurons.count
    var block = [Double](repeating: 0, count: shape.components * count)
    for (i, neuron) in neurons.enumerated() {
      for component in 0..<shape.components {
        block[component * count + i] = states[neuron * shape.components + component]
      }
    }
    var kept = [Double](repeating: 0, count: shape.kept * count)
    var scratch = [Double](repeating: 0, count: shape.scratch * count)
    var sumsSpan = sums.mutableSpan
    var keptSpan = kept.mutableSpan
    var scratchSpan = scratch.mutableSpan
    addFeatures(of: block.span, to: &sumsSpan, keeping: &keptSpan, scratch: &scratchSpan)
  }
}
