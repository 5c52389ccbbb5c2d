import Foundation
import McKeanVlasov
import Testing

@Suite struct OrnsteinUhlenbeckTests {
  @Test func featuresAndDriftByHand() {
    let model = OrnsteinUhlenbeck(theta: 2, coupling: 3, dimension: 2)
    let states: [[Double]] = [[1, -1], [2, 5], [6, 2]]
    #expect(model.features(of: states).meanField == [3, 2])
    // -(2x + 3(x - m))
    #expect(model.drift(of: states) == [[4, 11], [-1, -19], [-21, -4]])
    #expect(model.drift(of: states, meanField: [0, 1]) == [[-5, 8], [-10, -22], [-30, -7]])
    #expect(model.shape == ModelShape(components: 2, features: 2))
    #expect(model.initial == [.constant(0), .constant(0)])
  }

  @Test func interactsByItsMeanOrNotAtAll() {
    #expect(OrnsteinUhlenbeck(theta: 1, coupling: 1).featureGrowth == .linear)
    #expect(OrnsteinUhlenbeck(theta: 1, coupling: 0).featureGrowth == .none)
  }

  /// The mean of a system without noise and with one initial value moves as the flow says, whatever the coupling.
  @Test func flowOfAConstantIsItsOwnPath() throws {
    let model = OrnsteinUhlenbeck(theta: 0.8, coupling: 5, initial: .constant(2))
    let noise = try LevyNoise(law: .brownian, scale: 0)
    let flow = try #require(model.exactFlow(noise: noise, step: 0.25, steps: 4))
    for (k, mean) in flow.enumerated() { #expect(abs(mean - 2 * pow(0.8, Double(k))) < 1e-14) }
    #expect(
      OrnsteinUhlenbeck(theta: 1, coupling: 1, dimension: 3, initial: .constant(1))
        .exactFlow(noise: noise, step: 0.5, steps: 2) == [1, 1, 1, 0.5, 0.5, 0.5])
  }

  private static let laws: [InitialLaw] = [
    .constant(1.5), .normal(mean: 1, standardDeviation: 0.5), .uniform(low: 0, high: 3),
  ]

  @Test(arguments: laws)
  func flowIsTheMeanOfTheLimit(initial: InitialLaw) throws {
    let model = OrnsteinUhlenbeck(theta: 1, coupling: 2, initial: initial)
    let noise = try LevyNoise(law: .brownian)
    #expect(try ExactFlow.deviation(of: model, noise: noise, horizon: 1, steps: 4) { $0 } < 4)
  }

  /// Of a heavy-tailed initial law the mean over n particles is SαS(γ n^{1/α-1}): it is judged by that law's quantile.
  @Test func flowOfAStableInitialLaw() throws {
    let (alpha, scale, n) = (1.6, 1.5, 1 << 17)
    let model = OrnsteinUhlenbeck(theta: 1, coupling: 2, initial: .stable(try StableLaw(alpha: alpha, scale: scale)))
    let noise = try LevyNoise(law: .brownian, scale: 0)
    #expect(model.exactFlow(noise: noise, step: 0.25, steps: 3) == [0, 0, 0])
    let systems = try CoupledSystems(
      model: model, noise: noise, horizon: 1, systems: [CoupledSystems.System(particles: n, steps: 4)], seed: 6)
    let ofMean = scale * pow(Double(n), 1 / alpha - 1)
    let bound = ofMean * StableDistribution(alpha: alpha).quantile(upperTail: 0.5e-3)
    for (k, states) in try systems.path().enumerated() {
      let mean = states.reduce(0) { $0 + $1[0] } / Double(n)
      #expect(abs(mean) < pow(0.75, Double(k)) * bound)
    }
    #expect(
      OrnsteinUhlenbeck(theta: 1, coupling: 2, initial: .stable(try StableLaw(alpha: 1)))
        .exactFlow(noise: noise, step: 0.25, steps: 3) == nil)
  }

  /// Negative control of the comparison: another θ's flow is far off.
  @Test func aWrongFlowIsFound() throws {
    struct Wrong: McKeanVlasovModel {
      let base = OrnsteinUhlenbeck(theta: 1, coupling: 2, initial: .constant(1.5))
      var name: String { base.name }
      var shape: ModelShape { base.shape }
      var initial: [InitialLaw] { base.initial }
      var featureGrowth: FeatureGrowth { base.featureGrowth }
      func addFeatures(
        of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Double>,
        scratch: inout MutableSpan<Double>
      ) { base.addFeatures(of: block, to: &sums, keeping: &kept, scratch: &scratch) }
      func drift(
        of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
        into drift: inout MutableSpan<Double>
      ) { base.drift(of: block, prepared: prepared, kept: kept, scratch: &scratch, into: &drift) }
      /// The flow of the differential equation in place of the Euler chain's.
      func exactFlow(noise: LevyNoise, step: Double, steps: Int) -> [Double]? {
        (0..<steps).map { 1.5 * exp(-Double($0) * step) }
      }
    }
    let noise = try LevyNoise(law: .brownian)
    #expect(try ExactFlow.deviation(of: Wrong(), noise: noise, horizon: 1, steps: 4) { $0 } > 4)
  }
}
