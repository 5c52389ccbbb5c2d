import CGSL
import McKeanVlasov
import Testing

@Suite struct RandomStreamTests {
  private let stream = RandomStream(seed: 9)

  @Test func uniformsComeInTheOrderOfTheBlock() {
    stream.select(replica: 5)
    stream.position(particle: 3, step: 2, component: 1, purpose: .mixing)
    let expected = Philox.uniforms(counter: SIMD4(3, 2, 1, 1), key: SIMD2(9, 5))
    #expect(gsl_rng_uniform_pos(stream.generator) == expected.first)
    #expect(gsl_rng_uniform(stream.generator) == expected.second)
  }

  @Test(arguments: zip([StreamPurpose.noise, .mixing, .initial, .batch], [UInt32(0), 1, 2, 3]))
  func purposesAreTheFourthWordOfTheCounter(purpose: StreamPurpose, word: UInt32) {
    stream.position(particle: 7, step: 0, component: 2, purpose: purpose)
    #expect(
      gsl_rng_uniform(stream.generator) == Philox.uniforms(counter: SIMD4(7, 0, 2, word), key: SIMD2(9, 0)).first)
  }

  @Test func returningToACounterRepeatsItsDraw() {
    func draw(_ particle: UInt32) -> Double {
      stream.position(particle: particle, step: 4, component: 0, purpose: .noise)
      return gsl_ran_levy(stream.generator, 1, 1.5)
    }
    let first = draw(1)
    #expect(draw(2) != first)
    #expect(draw(1) == first)
  }

  @Test func replicaAndSeedAreTheKey() {
    func draw(seed: UInt32, replica: UInt32) -> Double {
      let stream = RandomStream(seed: seed)
      stream.select(replica: replica)
      stream.position(particle: 0, step: 0, component: 0, purpose: .noise)
      return gsl_rng_uniform(stream.generator)
    }
    #expect(Set([draw(seed: 1, replica: 2), draw(seed: 2, replica: 1), draw(seed: 1, replica: 1)]).count == 3)
    #expect(draw(seed: 1, replica: 2) == Philox.uniforms(counter: .zero, key: SIMD2(1, 2)).first)
  }

  @Test func integersAreTheTop32Bits() {
    stream.position(particle: 0, step: 0, component: 0, purpose: .noise)
    #expect(gsl_rng_get(stream.generator) == UInt(Philox.block(counter: .zero, key: SIMD2(9, 0))[0]))
    #expect(gsl_rng_max(stream.generator) == UInt(UInt32.max) && gsl_rng_min(stream.generator) == 0)
  }

  /// Draws that GSL makes from two given uniforms; u1 for the angle, u2 for the exponential.
  @Test func levyTakesTheAngleFirst() {
    stream.position(particle: 11, step: 0, component: 0, purpose: .noise)
    let draw = gsl_ran_levy(stream.generator, 3, 2)
    let uniforms = Philox.uniforms(counter: SIMD4(11, 0, 0, 0), key: SIMD2(9, 0))
    let expected = 6 * sin(.pi * (uniforms.first - 0.5)) * (-log1p(-uniforms.second)).squareRoot()
    #expect(abs(draw - expected) < 1e-14 * abs(expected))
  }
}
