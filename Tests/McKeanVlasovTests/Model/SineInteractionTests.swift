import Foundation
import McKeanVlasov
import Testing

@Suite struct SineInteractionTests {
  @Test func featuresAndDriftByHand() {
    let model = SineInteraction(theta: 2, coupling: 4)
    let states: [[Double]] = [[0], [.pi / 2], [-.pi / 6], [.pi]]
    #expect(abs(model.features(of: states).meanField[0] - 0.125) < 1e-15)
    // -2x + 4 · 1/8
    for (drift, expected) in zip(model.drift(of: states), [0.5, 0.5 - .pi, 0.5 + .pi / 3, 0.5 - 2 * .pi]) {
      #expect(abs(drift[0] - expected) < 1e-14)
    }
    #expect(model.drift(of: [[1]], meanField: [0.25]) == [[-1]])
    #expect(model.featureGrowth == .bounded)
    #expect(SineInteraction(theta: 1, coupling: 0).featureGrowth == .none)
  }

  /// E sin X_0 of each law in closed form, and X_1 = (1-θη)X_0 + ηκ E sin X_0 + SαS(γ).
  @Test func firstTwoStepsOfTheFlowByHand() throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.5), scale: 0.6)
    let model = SineInteraction(theta: 0.5, coupling: 2, initial: .normal(mean: 0.7, standardDeviation: 0.4))
    let flow = try #require(model.exactFlow(noise: noise, step: 0.5, steps: 2))
    let m0 = sin(0.7) * exp(-0.08)
    let m1 = sin(0.75 * 0.7 + m0) * exp(-0.5 * 0.3 * 0.3 - 0.5 * pow(0.6, 1.5))
    #expect(abs(flow[0] - m0) < 1e-15)
    #expect(abs(flow[1] - m1) < 1e-15)
  }

  @Test func flowVanishesBySymmetry() throws {
    let model = SineInteraction(theta: 1, coupling: 2)
    for law in [LevyNoise.Law.stable(alpha: 0.7), .brownian] {
      #expect(model.exactFlow(noise: try LevyNoise(law: law), step: 0.25, steps: 3) == [0, 0, 0])
    }
  }

  private static func laws() throws -> [InitialLaw] {
    [
      .constant(1), .normal(mean: 1, standardDeviation: 0.5), .uniform(low: 0, high: 3),
      .stable(try StableLaw(alpha: 1.2, scale: 0.7)),
    ]
  }
  private static let noises = [
    LevyNoise.Law.stable(alpha: 0.8), .stable(alpha: 1.5), .stable(alpha: 2), .brownian,
  ]

  @Test(arguments: noises)
  func flowIsTheMeanOfTheLimit(law: LevyNoise.Law) throws {
    let noise = try LevyNoise(law: law, scale: 0.8)
    for initial in try Self.laws() {
      let model = SineInteraction(theta: 1, coupling: 2, initial: initial)
      #expect(try ExactFlow.deviation(of: model, noise: noise, horizon: 2, steps: 4) { sin($0) } < 4)
    }
  }

  /// A contraction 1 - θη below -1 and a large interaction: the recursion holds there too.
  @Test func flowOfAnUnstableStep() throws {
    let model = SineInteraction(theta: 3, coupling: -4, initial: .uniform(low: 0, high: 1))
    let noise = try LevyNoise(law: .stable(alpha: 1.7), scale: 0.2)
    #expect(try ExactFlow.deviation(of: model, noise: noise, horizon: 2.4, steps: 3) { sin($0) } < 4)
  }

  /// Negative control of the comparison: the mean of another feature is not the flow.
  @Test func aWrongFeatureIsFound() throws {
    let model = SineInteraction(theta: 1, coupling: 2, initial: .constant(1))
    let noise = try LevyNoise(law: .stable(alpha: 1.5))
    #expect(try ExactFlow.deviation(of: model, noise: noise, horizon: 2, steps: 4) { 1.02 * sin($0) } > 4)
  }
}
