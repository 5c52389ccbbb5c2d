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

  /// With `sampler: .gsl` the engine's increments are what GSL draws from the stream, to the bit.
  @Test(arguments: [0.5, 1, 1.5, 2], NoiseShape.allCases)
  func incrementsAreDrawsOfGSL(alpha: Double, shape: NoiseShape) throws {
    let (scale, steps) = (0.7, 3)
    let systems = try CoupledSystems(
      model: OrnsteinUhlenbeck.driftless(dimension: 2),
      noise: LevyNoise(law: .stable(alpha: alpha), scale: scale, shape: shape, sampler: .gsl),
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

  // MARK: - Frozen draws

  /// Golden draws of a law and shape: the two coordinates of particle 5 after steps 1 and 2 of length ¼ at scale ½.
  struct Golden: CustomTestStringConvertible, Sendable {
    let law: LevyNoise.Law
    let shape: NoiseShape
    let states: [[Double]]
    var testDescription: String { "\(law), \(shape)" }

    init(_ law: LevyNoise.Law, _ shape: NoiseShape, _ first: [Double], _ second: [Double]) {
      (self.law, self.shape, states) = (law, shape, [first, second])
    }

    /// Numbers in single precision.
    static func single(_ law: LevyNoise.Law, _ shape: NoiseShape, _ first: [Float], _ second: [Float]) -> Golden {
      Golden(law, shape, first.map(Double.init), second.map(Double.init))
    }

    func found(sampler: Sampler, precision: Precision) throws -> [[Double]] {
      let path = try path(
        of: OrnsteinUhlenbeck.driftless(dimension: 2),
        noise: LevyNoise(law: law, scale: 0.5, shape: shape, sampler: sampler), horizon: 0.5, steps: 2, particles: 6,
        seed: 2024, replica: 3, precision: precision)
      return path.dropFirst().map { $0[5] }
    }
  }

  /// GSL's draws, from an implementation of Philox and of GSL's formulas of its own. A change of any is a change of every
  /// result, to be announced.
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
  func drawsOfGSLAreFrozen(golden: Golden) throws {
    #expect(try golden.found(sampler: .gsl, precision: .double) == golden.states)
  }

  /// The draws of the vectorised kernels, as they stood when they were within 4 · 2^-53 of the sums of exact draws that an
  /// implementation of Philox and of the formulas in 60 digits gave, relative to the size of those draws. A change of any is
  /// a change of every result, to be announced.
  static let vectorGolden = [
    Golden(
      .stable(alpha: 0.5), .independent, [1.3119410728574277, 0.0010889750362629525],
      [1.1305993689440283, -0.0342519829184617]),
    Golden(
      .stable(alpha: 0.5), .shared, [1.3119410728574277, 1.3119410728574277], [1.1305993689440283, 1.1305993689440283]),
    Golden(
      .stable(alpha: 0.5), .isotropic, [0.059395828369882595, 0.030021967991980026],
      [-0.1879897849018577, -0.17376011650348588]),
    Golden(
      .stable(alpha: 1), .independent, [0.29296225104348994, 0.01281302148530261],
      [-0.11642537153984361, -0.15055802748749222]),
    Golden(
      .stable(alpha: 1), .shared, [0.29296225104348994, 0.29296225104348994],
      [-0.11642537153984361, -0.11642537153984361]),
    Golden(
      .stable(alpha: 1), .isotropic, [0.12077767611069139, 0.061047781062339865],
      [-0.22880333870652153, -0.22691701590926244]),
    Golden(
      .stable(alpha: 1.7), .independent, [0.1382319676634387, 0.04508419061581202],
      [-0.3128883815564807, -0.2731917320531176]),
    Golden(
      .stable(alpha: 1.7), .shared, [0.1382319676634387, 0.1382319676634387],
      [-0.3128883815564807, -0.3128883815564807]),
    Golden(
      .stable(alpha: 1.7), .isotropic, [0.12841519874288168, 0.06490821143757991],
      [-0.29075632445467825, -0.2803812564043081]),
    Golden(
      .stable(alpha: 2), .independent, [0.12264936683138274, 0.06199383805741284],
      [-0.34743746878435255, -0.3252367449531919]),
    Golden(
      .stable(alpha: 2), .shared, [0.12264936683138274, 0.12264936683138274],
      [-0.34743746878435255, -0.34743746878435255]),
    Golden(
      .stable(alpha: 2), .isotropic, [0.12264936683138275, 0.061993838057412855],
      [-0.34743746878435255, -0.3252367449531919]),
    Golden(
      .brownian, .independent, [0.08672619899470715, 0.04383626328217729], [-0.24567539021570514, -0.2299771078474416]),
    Golden(
      .brownian, .shared, [0.08672619899470715, 0.08672619899470715], [-0.24567539021570514, -0.24567539021570514]),
    Golden(
      .brownian, .isotropic, [0.08672619899470717, 0.043836263282177296], [-0.24567539021570517, -0.22997710784744166]),
  ]

  @Test(arguments: vectorGolden)
  func drawsOfTheKernelsAreFrozen(golden: Golden) throws {
    #expect(try golden.found(sampler: .vector, precision: .double) == golden.states)
  }

  /// The same in single precision, within 5 · 2^-24.
  static let singleGolden = [
    Golden.single(.stable(alpha: 0.5), .independent, [1.3119414, 0.0010889749], [1.1305997, -0.034251988]),
    Golden.single(.stable(alpha: 0.5), .shared, [1.3119414, 1.3119414], [1.1305997, 1.1305997]),
    Golden.single(.stable(alpha: 0.5), .isotropic, [0.059395827, 0.03002197], [-0.18798983, -0.17376013]),
    Golden.single(.stable(alpha: 1), .independent, [0.29296225, 0.0128130205], [-0.116425365, -0.15055802]),
    Golden.single(.stable(alpha: 1), .shared, [0.29296225, 0.29296225], [-0.116425365, -0.116425365]),
    Golden.single(.stable(alpha: 1), .isotropic, [0.12077769, 0.06104779], [-0.22880337, -0.226917]),
    Golden.single(.stable(alpha: 1.7), .independent, [0.13823198, 0.045084193], [-0.31288838, -0.27319175]),
    Golden.single(.stable(alpha: 1.7), .shared, [0.13823198, 0.13823198], [-0.31288838, -0.31288838]),
    Golden.single(.stable(alpha: 1.7), .isotropic, [0.1284152, 0.064908214], [-0.2907564, -0.28038126]),
    Golden.single(.stable(alpha: 2), .independent, [0.12264937, 0.061993837], [-0.34743747, -0.32523677]),
    Golden.single(.stable(alpha: 2), .shared, [0.12264937, 0.12264937], [-0.34743747, -0.34743747]),
    Golden.single(.stable(alpha: 2), .isotropic, [0.12264937, 0.06199384], [-0.34743753, -0.32523674]),
    Golden.single(.brownian, .independent, [0.0867262, 0.043836266], [-0.24567543, -0.2299771]),
    Golden.single(.brownian, .shared, [0.0867262, 0.0867262], [-0.24567543, -0.24567543]),
    Golden.single(.brownian, .isotropic, [0.0867262, 0.043836266], [-0.24567543, -0.2299771]),
  ]

  @Test(arguments: singleGolden)
  func drawsInSinglePrecisionAreFrozen(golden: Golden) throws {
    #expect(try golden.found(sampler: .vector, precision: .single) == golden.states)
  }

  /// The three sets hold the same laws and shapes, and the same draws to rounding.
  @Test func frozenDrawsAgree() {
    for (golden, others) in zip(Self.golden, zip(Self.vectorGolden, Self.singleGolden)) {
      for (other, tolerance) in [(others.0, 4e-15), (others.1, 2e-6)] {
        #expect(other.law == golden.law && other.shape == golden.shape)
        let size = golden.states.joined().map(abs).max()!
        for (a, b) in zip(other.states.joined(), golden.states.joined()) {
          #expect(a != 0 && abs(a - b) <= tolerance * size)
        }
      }
    }
  }
}
