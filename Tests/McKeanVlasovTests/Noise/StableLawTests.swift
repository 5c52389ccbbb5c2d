import Foundation
import McKeanVlasov
import Testing

@Suite struct StableLawTests {
  // MARK: - Refusals

  @Test(arguments: [0, 0.0999, -1, 2.0000001, 2.5, .nan, .infinity])
  func refusesAlpha(alpha: Double) {
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "alpha", found: "\(alpha)", allowed: "a number from 0.1 to 2")
    ) { try StableLaw(alpha: alpha) }
  }

  @Test(arguments: [-1e-300, -1, .nan, .infinity, -.infinity])
  func refusesScale(scale: Double) {
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "scale", found: "\(scale)", allowed: "a finite number, 0 or larger")
    ) { try StableLaw(alpha: 1.5, scale: scale) }
  }

  @Test(arguments: [(0.1, 1), (2, 1), (1, 0), (1.5, 1e300)])
  func acceptsTheWholeDomain(alpha: Double, scale: Double) throws {
    let law = try StableLaw(alpha: alpha, scale: scale)
    #expect(law.alpha == alpha && law.scale == scale)
  }

  // MARK: - Closed forms

  @Test(arguments: [(0.7, 1.3, 2.0), (1, 2, -0.5), (2, 0.5, 3), (1.5, 0, 4)])
  func characteristicFunction(alpha: Double, scale: Double, u: Double) throws {
    let law = try StableLaw(alpha: alpha, scale: scale)
    #expect(abs(law.characteristicFunction(at: u) - exp(-pow(scale * abs(u), alpha))) < 1e-15)
  }

  /// E|X|^p = ∫_0^∞ P(|X|^p > y) dy, from the distribution function.
  @Test(arguments: [(0.5, 0.2), (1, 0.5), (1.3, 0.5), (1.3, 1), (1.7, 0.85), (2, 0.5), (2, 1), (2, 3)])
  func absoluteMomentIsTheIntegralOfTheTail(alpha: Double, p: Double) throws {
    let law = StableDistribution(alpha: alpha)
    let moment = Integral.of(
      { y in y == 0 ? 1 : 2 * law.upperTail(pow(y, 1 / p)) }, from: 0, to: .infinity, tolerance: 1e-7)
    let scale = 1.7
    let formula = try StableLaw(alpha: alpha, scale: scale).absoluteMoment(p)
    #expect(abs(formula / (moment * pow(scale, p)) - 1) < 1e-6)
    // The test can tell: another index does not pass.
    #expect(abs(try StableLaw(alpha: min(alpha + 0.01, 1.99), scale: scale).absoluteMoment(p) / formula - 1) > 1e-4)
  }

  @Test func absoluteMomentOfKnownLaws() throws {
    // Cauchy: E|X|^½ = 1 / cos(π/4); N(0, 2γ²): E|X| = 2γ/√π, E X² = 2γ², E X⁴ = 12γ⁴.
    #expect(abs(try StableLaw(alpha: 1).absoluteMoment(0.5) - 2.0.squareRoot()) < 1e-14)
    let normal = try StableLaw(alpha: 2, scale: 3)
    #expect(abs(normal.absoluteMoment(1) - 6 / Double.pi.squareRoot()) < 1e-13)
    #expect(abs(normal.absoluteMoment(2) - 18) < 1e-12)
    #expect(abs(normal.absoluteMoment(4) - 972) < 1e-10)
    #expect(try StableLaw(alpha: 1.5).absoluteMoment(1.5) == .infinity)
    #expect(try StableLaw(alpha: 1.5).absoluteMoment(3) == .infinity)
  }

  // MARK: - Draws

  @Test func drawIsScaledAndZeroScaleIsZero() throws {
    let stream = RandomStream(seed: 3)
    func draw(_ scale: Double) throws -> Double {
      stream.position(particle: 8, step: 0, component: 0, purpose: .noise)
      return try StableLaw(alpha: 1.4, scale: scale).draw(from: stream)
    }
    #expect(try draw(2) == 2 * draw(1))
    #expect(try draw(0) == 0)
  }

  /// The level of every comparison below: 1e-3 for the family, which has a test of the whole law and two of the tail for
  /// each of five indices.
  private static let level = 1e-3 / 15

  /// 2^21 draws, sorted; a scale that is off by 2 % shifts √n D by 2.6 at α = 0.5, and by more above.
  private static func sortedDraws(alpha: Double) throws -> [Double] {
    let law = try StableLaw(alpha: alpha)
    let stream = RandomStream(seed: 20)
    return (0..<UInt32(1 << 21)).map { particle in
      stream.position(particle: particle, step: 0, component: 0, purpose: .noise)
      return law.draw(from: stream)
    }.sorted()
  }

  /// Kolmogorov and Smirnov's test against the exact distribution function, and binomial tests of how many draws lie
  /// beyond the exact quantiles of 1e-3 and 1e-4, both tails together.
  @Test(arguments: [0.5, 1, 1.3, 1.7, 2])
  func drawsHaveTheExactLaw(alpha: Double) throws {
    let exact = StableDistribution(alpha: alpha)
    let draws = try Self.sortedDraws(alpha: alpha)
    func wholeLaw(_ draws: [Double]) -> Double {
      PValue.kolmogorovSmirnov(draws, stride: 4096, exact.distribution)
    }
    func tail(_ probability: Double, _ draws: [Double]) -> Double {
      let quantile = exact.quantile(upperTail: probability / 2)
      return PValue.binomial(
        hits: draws.count { abs($0) > quantile }, trials: draws.count, probability: probability)
    }
    #expect(wholeLaw(draws) > Self.level)
    #expect(tail(1e-3, draws) > Self.level)
    #expect(tail(1e-4, draws) > Self.level)

    // Negative controls: a scale that is off by 2 %, and a tail that is cut at the quantile of 2e-4.
    #expect(wholeLaw(draws.map { 1.02 * $0 }) < Self.level)
    let cut = exact.quantile(upperTail: 1e-4)
    #expect(tail(1e-4, draws.map { min(max($0, -cut), cut) }) < Self.level)
  }
}
