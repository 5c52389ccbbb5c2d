import Foundation
import McKeanVlasov
import Testing

/// Judges the exact flow of a model by independent copies of its limit.
///
/// Particles that feel the flow are independent, and the flow is right if and only if it is the mean of their own
/// features at every step.
enum ExactFlow {
  /// The largest deviation, in standard errors, of the features' means over 2^17 copies from the flow, over the steps.
  ///
  /// - Parameter feature: φ of one particle, which has one component and one feature.
  static func deviation(
    of model: any McKeanVlasovModel, noise: LevyNoise, horizon: Double, steps: Int, feature: (Double) -> Double
  ) throws -> Double {
    let flow = try #require(model.exactFlow(noise: noise, step: horizon / Double(steps), steps: steps))
    #expect(flow.count == steps)
    let systems = try CoupledSystems(
      model: model, noise: noise, horizon: horizon,
      systems: [CoupledSystems.System(particles: 1 << 17, steps: steps, meanField: .exact)], seed: 5)
    let path = try systems.path()
    return (0..<steps).map { step -> Double in
      let values = path[step].map { feature($0[0]) }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      let error = (variance / Double(values.count)).squareRoot()
      return abs(mean - flow[step]) / max(error, 1e-10)  // equal values have no standard error but rounding
    }.max()!
  }
}
