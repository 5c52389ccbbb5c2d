import Foundation
import McKeanVlasov
import Testing

/// Observables of an engine against the same numbers taken from its states one by one.
@Suite struct ObservableMeterTests {
  private static let observables: [Observable] = [
    .mean, .cosine(frequency: 0.7), .orderParameter, .quantile(order: 0), .quantile(order: 0.3), .quantile(order: 1),
    .probabilityBeyond(level: 0.2),
  ]

  private static func byHand(_ observable: Observable, _ x: [Double]) -> Double {
    func mean(_ f: (Double) -> Double) -> Double { x.reduce(0) { $0 + f($1) } / Double(x.count) }
    switch observable {
    case .mean: return mean { $0 }
    case .cosine(let u): return mean { cos(u * $0) }
    case .orderParameter: return hypot(mean(cos), mean(sin))
    case .probabilityBeyond(let level): return mean { $0 > level ? 1 : 0 }
    case .quantile(let order):
      let position = order * Double(x.count - 1)
      let (below, part) = (Int(position), position - position.rounded(.down))
      let sorted = x.sorted()
      return part == 0 ? sorted[below] : (1 - part) * sorted[below] + part * sorted[below + 1]
    default: return .nan
    }
  }

  /// Three blocks of particles, of which two components of four take noise; a system that begins within a block.
  @Test func valuesAreThoseOfTheStates() throws {
    let engine = try CoupledSystems(
      model: DrivenOscillators(), noise: LevyNoise(law: .stable(alpha: 1.2), scale: 0.4), horizon: 1.5,
      systems: [
        CoupledSystems.System(particles: 3001, steps: 4),
        CoupledSystems.System(particles: 1500, steps: 2, firstParticle: 1000),
      ], seed: 5)
    let meters = (0...1).map { ObservableMeter(Self.observables, of: $0, in: engine) }
    try engine.run(replica: 3)
    for system in 0...1 {
      let numbers = engine.states(of: system).flatMap { $0[0..<2] }
      #expect(numbers.count == 2 * engine.systems[system].particles)
      for (value, observable) in zip(meters[system].values(), Self.observables) {
        let expected = Self.byHand(observable, numbers)
        #expect(abs(value - expected) < 1e-11 * max(1, abs(expected)), "\(observable.name)")
        // The control: the components that take no noise are not among the numbers.
        let others = Self.byHand(observable, engine.states(of: system).flatMap { $0[2..<4] })
        #expect(abs(value - others) > 1e-6)
      }
    }
  }

  @Test func singlePrecisionIsMeasuredInDouble() throws {
    func values(_ precision: Precision) throws -> [Double] {
      let engine = try CoupledSystems(
        model: SineInteraction(theta: 1, coupling: 2, initial: .constant(1)),
        noise: LevyNoise(law: .stable(alpha: 1.5)),
        horizon: 1, systems: [CoupledSystems.System(particles: 5000, steps: 8)], seed: 5, precision: precision)
      let meter = ObservableMeter(Self.observables + [.featureMean(index: 0)], of: 0, in: engine)
      try engine.run(replica: 0)
      return meter.values()
    }
    let (single, double) = (try values(.single), try values(.double))
    #expect(zip(single, double).allSatisfy { abs($0 - $1) < 1e-4 * max(1, abs($1)) })
    #expect(single != double)
  }

  /// The features of a network are its outputs on the data, from which its loss and accuracy follow.
  @Test(arguments: [Loss.crossEntropy, .squared])
  func aNetworkHasItsLossAndAccuracy(loss: Loss) throws {
    let network = try TestData.network(.tanh, loss: loss)
    // output 1 of the third of four data points: 1 · 4 + 2
    let naive = NaiveNetwork(data: network.data, activation: .tanh, loss: loss, outputs: 3)
    let engine = try CoupledSystems(
      model: network, noise: LevyNoise(law: .stable(alpha: 1.5), scale: 0.1), horizon: 2,
      systems: [CoupledSystems.System(particles: 300, steps: 8)], seed: 5)
    let meter = ObservableMeter([.loss, .accuracy, .featureMean(index: 6)], of: 0, in: engine)
    var accuracies: Set<Double> = []
    try engine.run(
      replica: 0,
      afterStep: { _ in
        let values = meter.values()
        let neurons: [[Double]] = engine.states(of: 0)
        #expect(abs(values[0] - naive.meanLoss(neurons)) < 1e-11)
        #expect(values[1] == naive.accuracy(neurons))
        #expect(abs(values[2] - naive.output(neurons)[2][1]) < 1e-11)
        accuracies.insert(values[1])
      })
    #expect(accuracies.count > 1)
  }

  /// A state that is no number makes every observable none, never a wrong number.
  @Test func aStateThatIsNoNumberGivesNone() throws {
    let engine = try CoupledSystems(
      model: OrnsteinUhlenbeck(theta: 1e200, coupling: 0, initial: .constant(1)), noise: LevyNoise(law: .brownian),
      horizon: 1, systems: [CoupledSystems.System(particles: 3, steps: 8)], seed: 5)
    let meter = ObservableMeter(Self.observables, of: 0, in: engine)
    try engine.run(replica: 0, stopAtNonFinite: false)
    let states: [[Double]] = engine.states(of: 0)
    #expect(states.joined().allSatisfy { $0.isNaN })
    #expect(meter.values().allSatisfy { $0.isNaN })
  }

  /// Numbers some of which are none have no order, and no quantile.
  @Test func aFewStatesThatAreNoNumbersLeaveNoQuantile() throws {
    let engine = try CoupledSystems(
      model: FreeFall(), noise: LevyNoise(law: .brownian, scale: 0), horizon: 2,
      systems: [CoupledSystems.System(particles: 9, steps: 2)],
      seed: 5)
    let orders = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1]
    let meter = ObservableMeter(orders.map { .quantile(order: $0) }, of: 0, in: engine)
    try engine.run(replica: 0, stopAtNonFinite: false)
    let states: [Double] = engine.states(of: 0)
    #expect(states.contains { $0.isNaN } && states.contains { !$0.isNaN })
    #expect(meter.values().allSatisfy { $0.isNaN })
  }
}

/// dX = -1.7e308 X dt, without a mean: the drift overflows for half of the particles, which are no numbers a step later, when
/// the other half is infinite.
private struct FreeFall: ModelWithoutFeatures {
  let name = "free-fall"
  let shape = ModelShape(components: 1, features: 1)
  let initial = [InitialLaw.uniform(low: 0, high: 2)]
  let featureGrowth = FeatureGrowth.none

  func drift(
    of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into drift: inout MutableSpan<Double>
  ) {
    for i in block.indices { drift[i] = -1.7e308 * block[i] }
  }
}
