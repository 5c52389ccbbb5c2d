/// The counter-based generator Philox4x32-10: a bijection of 128-bit counters, one for every 64-bit key.
///
/// A block is a pure function of its counter and key, so any draw can be made at any time, in any order, on any thread.
///
/// Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC11 (2011),
/// section 3.3; the known-answer vectors published by its authors are in the tests.
public enum Philox {
  /// The four output words of one counter.
  ///
  /// - Parameters:
  ///   - counter: four words, the least significant first.
  ///   - key: two words.
  /// - Complexity: ten rounds of two 32 × 32 → 64 bit products.
  @inlinable
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (c0, c1, c2, c3) = (counter[0], counter[1], counter[2], counter[3])
    var (k0, k1) = (key[0], key[1])
    for _ in 0..<10 {
      let product0 = UInt64(c0) &* 0xD251_1F53
      let product1 = UInt64(c2) &* 0xCD9E_8D57
      (c0, c1, c2, c3) = (
        UInt32(truncatingIfNeeded: product1 >> 32) ^ c1 ^ k0,
        UInt32(truncatingIfNeeded: product1),
        UInt32(truncatingIfNeeded: product0 >> 32) ^ c3 ^ k1,
        UInt32(truncatingIfNeeded: product0)
      )
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return SIMD4(c0, c1, c2, c3)
  }

  /// The two uniforms of one counter: (k + ½)/2^52 with k the top 52 bits of each half of the block.
  ///
  /// Exact in double precision, and never 0, ½ or 1.
  @inlinable
  public static func uniforms(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> (first: Double, second: Double) {
    let words = block(counter: counter, key: key)
    let k1 = (UInt64(words[0]) << 32 | UInt64(words[1])) >> 12
    let k2 = (UInt64(words[2]) << 32 | UInt64(words[3])) >> 12
    return ((Double(k1) + 0.5) * 0x1p-52, (Double(k2) + 0.5) * 0x1p-52)
  }
}
