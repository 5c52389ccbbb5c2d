import Foundation
import McKeanVlasov
import Testing

/// Models that are defined outside the library.
@Suite struct McKeanVlasovModelTests {
  @Test func chaosOfAModelOfOnesOwn() throws {
    let study = try ErrorStudy.chaos(
      model: TanhAttraction(), noise: LevyNoise(law: .stable(alpha: 1.5), scale: 0.5), horizon: 1, steps: 4,
      particles: .range(from: 16, to: 256), replicas: 1280, p: [1, 2], seed: 7)
    let curves = try study.run()
    for curve in curves where curve.p != nil {
      let claim = study.model.claim(on: curve.metric, in: .n, noise: study.noise)
      let label = CurveLabel(study: .chaos, model: study.model.name, noise: study.noise)
      let result = RateResult(curve, label: label, claim: claim)
      #expect(result.verdict == .agrees)
      // Negative control: the rate of features of linear growth does not pass for theirs.
      #expect(RateResult(curve, label: result.label, claim: Claim(exponent: -1 / 3, source: "")).verdict == .violated)
    }
  }

  @Test func strongErrorOfAModelOfOnesOwn() throws {
    let study = try ErrorStudy.strong(
      model: TanhAttraction(), noise: LevyNoise(law: .stable(alpha: 1.5), scale: 0.5), horizon: 1,
      steps: .range(from: 32, to: 256), particles: 16, replicas: 64, p: [1], seed: 7)
    for curve in try study.run() {
      let claim = study.model.claim(on: curve.metric, in: .dt, noise: study.noise)
      let label = CurveLabel(study: .strong, model: study.model.name, noise: study.noise)
      let result = RateResult(curve, label: label, claim: claim)
      // Between grid points nothing is claimed, and there the bound that holds on the grid is violated.
      #expect(result.verdict == (curve.metric.isBetweenGridPoints ? nil : .boundHeld))
      let bound = Claim(exponent: 0.9, kind: .bound, source: "")
      #expect((RateResult(curve, label: result.label, claim: bound).verdict == .violated) == (claim == nil))
    }
  }

  /// The functions of a model with constant components, called by hand.
  @Test func driftOfSeveralComponentsByHand() {
    let states = [[0.5, -0.2, 1.1, 1.5], [-1, 0.3, 0.4, 1.2], [2, 0.9, -0.7, 1.9]]
    let model = DrivenOscillators()
    let features = states.map(DrivenOscillators.naiveFeatures)
    let meanField = (0..<2).map { c in features.reduce(0) { $0 + $1[c] } / 3 }
    for (found, expected) in zip(model.features(of: states).meanField, meanField) {
      #expect(abs(found - expected) < 1e-15)
    }
    for (found, state) in zip(model.drift(of: states), states) {
      for (f, expected) in zip(found, DrivenOscillators.naiveDrift(state, meanField)) {
        #expect(abs(f - expected) < 1e-14)
      }
    }
  }

  /// Constant components stay, moving ones without noise do not feel it.
  @Test func componentsBeyondTheMovingOnesNeverChange() throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.3))
    let path = try CoupledSystems(
      model: DrivenOscillators(), noise: noise, horizon: 1, systems: [.init(particles: 30, steps: 5)], seed: 3
    ).path()
    let quiet = try CoupledSystems(
      model: DrivenOscillators(), noise: LevyNoise(law: .brownian, scale: 0), horizon: 1,
      systems: [.init(particles: 30, steps: 5)], seed: 3
    ).path()
    func column(_ c: Int, _ states: [[Double]]) -> [Double] { states.map { $0[c] } }
    for states in path { #expect(column(3, states) == column(3, path[0])) }
    #expect(column(2, path[1]) == column(2, quiet[1]))
    #expect(column(1, path[1]) != column(1, quiet[1]))
    #expect(column(2, path[5]) != column(2, quiet[5]))
  }

  @Test func shapesHaveDefaults() {
    let shape = ModelShape(components: 5, moving: 3, features: 7)
    #expect(shape == ModelShape(components: 5, moving: 3, noisy: 3, features: 7, prepared: 7, kept: 0, scratch: 0))
    #expect(ModelShape(components: 5, features: 7) == ModelShape(components: 5, moving: 5, noisy: 5, features: 7))
  }

  @Test func defaultsOfAModel() throws {
    let model = DrivenOscillators()
    let noise = try LevyNoise(law: .stable(alpha: 1.4))
    #expect(model.claim(on: .terminal, in: .n, noise: noise) == nil)
    #expect(model.errorTailIndex(in: .n, noise: noise) == 1.4 && model.errorTailIndex(in: .dt, noise: noise) == 1.4)
    #expect(model.exactFlow(noise: noise, step: 0.1, steps: 3) == nil)
  }
}
