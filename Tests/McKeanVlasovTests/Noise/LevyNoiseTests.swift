import CGSL
import Foundation
import McKeanVlasov
import Testing

@Suite struct LevyNoiseTests {
  // MARK: - Refusals

  @Test(arguments: [0, 2.5, -0.5, .nan])
  func refusesAlpha(alpha: Double) {
    #expect(throws: SimulationError.self) { try LevyNoise(law: .stable(alpha: alpha)) }
  }

  @Test(arguments: [-1, .nan, .infinity], [LevyNoise.Law.stable(alpha: 1.5), .brownian])
  func refusesScale(scale: Double, law: LevyNoise.Law) {
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "scale", found: "\(scale)", allowed: "a finite number, 0 or larger")
    ) { try LevyNoise(law: law, scale: scale) }
  }

  /// The mixing law's index α/2 must keep its distance to 1, where its scale cos(πα/4)^{2/α} vanishes.
  @Test func refusesIsotropicNoiseTooNearToBrownian() throws {
    for alpha in [2 - 1e-10, 2.0.nextDown] {
      #expect(throws: SimulationError.self) { try LevyNoise(law: .stable(alpha: alpha), shape: .isotropic) }
      #expect(throws: Never.self) { try LevyNoise(law: .stable(alpha: alpha), shape: .independent) }
    }
    for alpha in [2, 2 - 1e-9, 0.1] {
      #expect(throws: Never.self) { try LevyNoise(law: .stable(alpha: alpha), shape: .isotropic) }
    }
  }

  // MARK: - Scales

  @Test func scalesOverTime() throws {
    #expect(abs(try LevyNoise(law: .stable(alpha: 1.5), scale: 2).incrementScale(over: 8) - 8) < 1e-14)
    #expect(try LevyNoise(law: .stable(alpha: 2), scale: 2).incrementScale(over: 9) == 6)
    // Variance σ²δ is SαS(σ √(δ/2)) at α = 2.
    #expect(try LevyNoise(law: .brownian, scale: 2).incrementScale(over: 8) == 4)
    #expect(try LevyNoise(law: .brownian, scale: 0).incrementScale(over: 8) == 0)
  }

  @Test func indexOfLawAndTail() throws {
    let stable = try LevyNoise(law: .stable(alpha: 1.5))
    #expect(stable.alpha == 1.5 && stable.tailIndex == 1.5)
    #expect(try LevyNoise(law: .brownian).alpha == 2)
    #expect(try LevyNoise(law: .brownian).tailIndex == nil)
    #expect(try LevyNoise(law: .stable(alpha: 2)).tailIndex == nil)
    #expect(try LevyNoise(law: .stable(alpha: 1.5), scale: 0).tailIndex == nil)
  }

  // MARK: - GSL

  /// The engine's increments are what GSL draws from the stream, to the bit.
  @Test(arguments: [0.5, 1, 1.5, 2], NoiseShape.allCases)
  func incrementsAreDrawsOfGSL(alpha: Double, shape: NoiseShape) throws {
    let (scale, steps) = (0.7, 3)
    let systems = try CoupledSystems(
      model: OrnsteinUhlenbeck.driftless(dimension: 2),
      noise: LevyNoise(law: .stable(alpha: alpha), scale: scale, shape: shape),
      horizon: 0.75, systems: [CoupledSystems.System(particles: 4, steps: steps)], seed: 77)
    let path = try systems.path(replica: 6)

    let stream = RandomStream(seed: 77)
    stream.select(replica: 6)
    func draw(
      _ particle: Int, _ step: Int, _ component: Int, _ purpose: StreamPurpose = .noise,
      _ gsl: (UnsafePointer<gsl_rng>) -> Double
    ) -> Double {
      stream.position(
        particle: UInt32(particle), step: UInt32(step), component: UInt32(component), purpose: purpose)
      return gsl(stream.generator)
    }
    let increment = scale * pow(0.25, 1 / alpha)
    func expected(_ particle: Int, _ step: Int, _ component: Int) -> Double {
      switch shape {
      case .independent: return draw(particle, step, component) { gsl_ran_levy($0, increment, alpha) }
      case .shared: return draw(particle, step, 0) { gsl_ran_levy($0, increment, alpha) }
      case .isotropic:
        let mixingScale = pow(cos(.pi * alpha / 4), 2 / alpha)
        let drawn = draw(particle, step, 0, .mixing) { gsl_ran_levy_skew($0, mixingScale, alpha / 2, 1) }
        let mixing = alpha == 2 ? 1 : drawn
        let normal = draw(particle, step, component) { gsl_ran_levy($0, 0.5.squareRoot(), 2) }
        return increment * (2 * mixing).squareRoot() * normal
      }
    }
    var states = Array(repeating: [0.0, 0.0], count: 4)
    for step in 0..<steps {
      for particle in 0..<4 {
        for component in 0..<2 { states[particle][component] += expected(particle, step, component) }
      }
      #expect(path[step + 1] == states)
    }
  }

  /// A golden draw: law, shape, and the two coordinates of particle 5 after steps 1 and 2 of length ¼ at scale ½.
  struct Golden: CustomTestStringConvertible, Sendable {
    let law: LevyNoise.Law
    let shape: NoiseShape
    let states: [[Double]]
    var testDescription: String { "\(law), \(shape)" }

    init(_ law: LevyNoise.Law, _ shape: NoiseShape, _ first: [Double], _ second: [Double]) {
      (self.law, self.shape, states) = (law, shape, [first, second])
    }
  }

  /// Frozen draws, from an implementation of Philox and of GSL's formulas of its own. A change of any is a change of
  /// every result, to be announced.
  static let golden = [
    Golden(
      .stable(alpha: 0.5), .independent, [1.3119410728574274, 0.001088975036262952],
      [1.1305993689440281, -0.03425198291846169]),
    Golden(
      .stable(alpha: 0.5), .shared, [1.3119410728574274, 1.3119410728574274], [1.1305993689440281, 1.1305993689440281]),
    Golden(
      .stable(alpha: 0.5), .isotropic, [0.05939582836988255, 0.030021967991980012],
      [-0.1879897849018577, -0.17376011650348588]),
    Golden(
      .stable(alpha: 1), .independent, [0.29296225104348983, 0.012813021485302608],
      [-0.11642537153984367, -0.1505580274874922]),
    Golden(
      .stable(alpha: 1), .shared, [0.29296225104348983, 0.29296225104348983],
      [-0.11642537153984367, -0.11642537153984367]),
    Golden(
      .stable(alpha: 1), .isotropic, [0.12077767611069135, 0.06104778106233985],
      [-0.22880333870652153, -0.22691701590926242]),
    Golden(
      .stable(alpha: 1.7), .independent, [0.13823196766343865, 0.045084190615812036],
      [-0.3128883815564807, -0.27319173205311764]),
    Golden(
      .stable(alpha: 1.7), .shared, [0.13823196766343865, 0.13823196766343865],
      [-0.3128883815564807, -0.3128883815564807]),
    Golden(
      .stable(alpha: 1.7), .isotropic, [0.12841519874288165, 0.06490821143757991],
      [-0.29075632445467825, -0.2803812564043081]),
    Golden(
      .stable(alpha: 2), .independent, [0.12264936683138271, 0.06199383805741285],
      [-0.3474374687843525, -0.32523674495319177]),
    Golden(
      .stable(alpha: 2), .shared, [0.12264936683138271, 0.12264936683138271],
      [-0.3474374687843525, -0.3474374687843525]),
    Golden(
      .stable(alpha: 2), .isotropic, [0.12264936683138272, 0.061993838057412855],
      [-0.34743746878435255, -0.32523674495319177]),
    Golden(
      .brownian, .independent, [0.08672619899470714, 0.04383626328217729], [-0.24567539021570511, -0.22997710784744155]),
    Golden(
      .brownian, .shared, [0.08672619899470714, 0.08672619899470714], [-0.24567539021570511, -0.24567539021570511]),
    Golden(
      .brownian, .isotropic, [0.08672619899470715, 0.043836263282177296], [-0.24567539021570514, -0.2299771078474416]),
  ]

  @Test(arguments: golden)
  func drawsAreFrozen(golden: Golden) throws {
    let systems = try CoupledSystems(
      model: OrnsteinUhlenbeck.driftless(dimension: 2),
      noise: LevyNoise(law: golden.law, scale: 0.5, shape: golden.shape),
      horizon: 0.5, systems: [CoupledSystems.System(particles: 6, steps: 2)], seed: 2024)
    #expect(try systems.path(replica: 3).dropFirst().map { $0[5] } == golden.states)
  }
}
