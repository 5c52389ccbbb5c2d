import McKeanVlasov

extension Philox {
  /// The counter whose block is `words`: a round is a bijection, since its multipliers are odd.
  static func counter(yielding words: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    func inverse(_ odd: UInt32) -> UInt32 { (0..<5).reduce(odd) { x, _ in x &* (2 &- odd &* x) } }
    var words = words
    for round in (0..<10).reversed() {
      let roundKey = key &+ SIMD2(0x9e37_79b9, 0xbb67_ae85) &* UInt32(round)
      let c0 = words[3] &* inverse(0xd251_1f53)
      let c2 = words[1] &* inverse(0xcd9e_8d57)
      let high0 = UInt32((UInt64(c0) * 0xd251_1f53) >> 32)
      let high1 = UInt32((UInt64(c2) * 0xcd9e_8d57) >> 32)
      words = SIMD4(c0, words[0] ^ high1 ^ roundKey[0], c2, words[2] ^ high0 ^ roundKey[1])
    }
    return words
  }
}
