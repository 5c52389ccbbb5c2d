import McKeanVlasov
import Testing

@Suite struct PhiloxTests {
  /// The known-answer vectors that the authors of Philox publish for philox4x32-10: counter, key, output.
  private static let knownAnswers: [(SIMD4<UInt32>, SIMD2<UInt32>, SIMD4<UInt32>)] = [
    (.zero, .zero, SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
    (
      SIMD4(repeating: UInt32.max), SIMD2(repeating: UInt32.max),
      SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
    ),
    (
      SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2(0xa409_3822, 0x299f_31d0),
      SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
    ),
  ]

  @Test(arguments: knownAnswers)
  func knownAnswer(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, words: SIMD4<UInt32>) {
    #expect(Philox.block(counter: counter, key: key) == words)
  }

  @Test func oneBitOfCounterOrKeyChangesHalfOfTheOutput() {
    let words = Philox.block(counter: .zero, key: .zero)
    func changed(_ other: SIMD4<UInt32>) -> Int {
      let difference = words ^ other
      return (0..<4).map { difference[$0].nonzeroBitCount }.reduce(0, +)
    }
    for word in 0..<4 {
      for bit in [UInt32(1), 1 << 31] {
        var counter = SIMD4<UInt32>.zero
        counter[word] = bit
        #expect((40...88).contains(changed(Philox.block(counter: counter, key: .zero))))
        var key = SIMD2<UInt32>.zero
        key[word % 2] = bit
        #expect((40...88).contains(changed(Philox.block(counter: .zero, key: key))))
      }
    }
  }

  @Test func uniformsAreTheTop52BitsOfEachHalf() {
    // The words of the zero counter: (k + ½) / 2^52 from the first two and the last two words.
    let uniforms = Philox.uniforms(counter: .zero, key: .zero)
    #expect(uniforms.first == (Double(0x6627_e8d5_e169_c58d as UInt64 >> 12) + 0.5) / 0x1p52)
    #expect(uniforms.second == (Double(0xbc57_ac4c_9b00_dbd8 as UInt64 >> 12) + 0.5) / 0x1p52)
  }

  /// The words of each half of a block, and their uniform: next to 0, ½ and 1, which would make GSL repeat a draw or
  /// make one infinite.
  private static let extremes: [(UInt32, UInt32, Double)] = [
    (0, 0, 0x1p-53), (0x7fff_ffff, 0xffff_ffff, 0.5 - 0x1p-53), (0x8000_0000, 0, 0.5 + 0x1p-53),
    (0xffff_ffff, 0xffff_ffff, 1 - 0x1p-53),
  ]

  @Test(arguments: extremes)
  func uniformsAtTheExtremesOfTheWords(high: UInt32, low: UInt32, expected: Double) {
    let words = SIMD4(high, low, high, low)
    let key = SIMD2<UInt32>(17, 4)
    let counter = Philox.counter(yielding: words, key: key)
    #expect(Philox.block(counter: counter, key: key) == words)
    let uniforms = Philox.uniforms(counter: counter, key: key)
    #expect(uniforms.first == expected && uniforms.second == expected)
  }
}
