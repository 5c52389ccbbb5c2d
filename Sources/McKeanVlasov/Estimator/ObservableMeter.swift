import CGSL
import Foundation

/// Measures observables of one system of an engine, as it stands.
package final class ObservableMeter {
  private let observables: [Observable]
  private let engine: CoupledSystems
  private let system: Int
  /// Numbers a particle.
  private let width: Int
  /// The numbers of one block, and of all particles where they are to be sorted.
  private let ofBlock, sorted: NumberBuffer

  /// - Parameter sorting: whether `sortedNumbers` will be asked for.
  package init(_ observables: [Observable], of system: Int, in engine: CoupledSystems, sorting: Bool = false) {
    (self.observables, self.system, self.engine) = (observables, system, engine)
    width = engine.model.shape.noisy
    let particles = engine.systems[system].particles
    ofBlock = NumberBuffer(count: width * min(engine.blockSize, particles))
    sorted = NumberBuffer(count: sorting || Self.needsSorting(observables) ? width * particles : 0)
  }

  private static func needsSorting(_ observables: [Observable]) -> Bool {
    observables.contains { if case .quantile = $0 { true } else { false } }
  }

  /// Bytes that a meter takes.
  static func bytes(
    _ observables: [Observable], model: any McKeanVlasovModel, particles: Int, sorting: Bool = false
  ) -> Double {
    let sorts = sorting || needsSorting(observables)
    let numbers = Double(min(model.shape.blockSize, particles)) + (sorts ? Double(particles) : 0)
    return 8 * Double(model.shape.noisy) * numbers
  }

  /// The values, in the order of the observables; not a number where a state is none.
  package func values() -> [Double] {
    if Self.needsSorting(observables) { sort() }
    return observables.map(value)
  }

  /// All numbers in increasing order, until the next call; not a number throughout where one is none.
  func sortedNumbers() -> UnsafeMutableBufferPointer<Double> {
    sort()
    return sorted.as(Double.self)
  }

  /// (1/n) Σ exp(iuX), as real and imaginary part.
  func characteristicFunction(at u: Double) -> (real: Double, imaginary: Double) {
    func meanAtMultiples(_ function: (inout MutableSpan<Double>) -> Void) -> Double {
      mean {
        for i in $0.indices { $0[i] *= u }
        function(&$0)
      }
    }
    return (meanAtMultiples { BlockMath.cos(&$0) }, meanAtMultiples { BlockMath.sin(&$0) })
  }

  private func value(of observable: Observable) -> Double {
    switch observable {
    case .mean: mean { _ in }
    case .cosine(let frequency):
      mean {
        for i in $0.indices { $0[i] *= frequency }
        BlockMath.cos(&$0)
      }
    case .orderParameter: hypot(mean { BlockMath.cos(&$0) }, mean { BlockMath.sin(&$0) })
    case .quantile(let order): quantile(order)
    case .probabilityBeyond(let level):
      mean { for i in $0.indices { $0[i] = $0[i] > level ? 1 : $0[i] <= level ? 0 : .nan } }
    case .featureMean(let index): engine.meanField(of: system)[index]
    case .loss: performance.loss
    case .accuracy: performance.accuracy
    }
  }

  /// The network's loss and accuracy; both not a number where an output is none.
  private var performance: (loss: Double, accuracy: Double) {
    guard let network = engine.model as? TwoLayerNetwork else { return (.nan, .nan) }
    let outputs = network.outputs(ofMeanField: engine.meanField(of: system))
    return outputs.allSatisfy(\.isFinite) ? network.performance(ofOutputs: outputs) : (.nan, .nan)
  }

  /// The mean over all numbers of what a function makes of them in place; block by block, in order.
  private func mean(_ function: (inout MutableSpan<Double>) -> Void) -> Double {
    var sum = 0.0
    for block in 0..<engine.blocks {
      let numbers = ofBlock.as(Double.self).extracting(0..<copy(block, to: ofBlock.as(Double.self).baseAddress!))
      var span = numbers.mutableSpan
      function(&span)
      sum += BlockMath.sum(UnsafeBufferPointer(numbers).span)
    }
    return sum / Double(width * engine.systems[system].particles)
  }

  private func sort() {
    var count = 0
    for block in 0..<engine.blocks { count += copy(block, to: sorted.as(Double.self).baseAddress! + count) }
    var numbers = sorted.as(Double.self)
    // what is not a number has no place in an order
    if numbers.contains(where: \.isNaN) { numbers.update(repeating: .nan) } else { numbers.sort() }
  }

  private func quantile(_ order: Double) -> Double {
    let numbers = sorted.as(Double.self)
    return gsl_stats_quantile_from_sorted_data(numbers.baseAddress!, 1, numbers.count, order)
  }

  /// Copies the numbers of a block's particles, and returns how many there are.
  private func copy(_ block: Int, to destination: UnsafeMutablePointer<Double>) -> Int {
    let count = width * engine.particles(ofBlock: block, in: system).count
    switch engine.precision {
    case .double:
      let values = engine.block(block, of: system, as: Double.self)
      for i in 0..<count { destination[i] = values[i] }
    case .single:
      let values = engine.block(block, of: system, as: Float.self)
      for i in 0..<count { destination[i] = Double(values[i]) }
    }
    return count
  }
}
