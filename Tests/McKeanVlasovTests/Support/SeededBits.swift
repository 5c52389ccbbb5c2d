import CGSL
import McKeanVlasov

/// Random bits that are the same in every run.
struct SeededBits: RandomNumberGenerator {
  let seed: UInt32
  private var index: UInt32 = 0

  init(seed: UInt32) { self.seed = seed }

  mutating func next() -> UInt64 {
    let words = Philox.block(counter: SIMD4(index, 0, 0, 0), key: SIMD2(seed, 0))
    index += 1
    return UInt64(words[0]) << 32 | UInt64(words[1])
  }

  /// A standard normal number.
  mutating func normal() -> Double { gsl_cdf_ugaussian_Pinv(Double.random(in: 0.0.nextUp..<1, using: &self)) }
}
