import CStableKernels
import McKeanVlasov
import Testing

/// The kernels' uniforms are those that `RandomStream` hands to GSL.
@Suite struct KernelUniformTests {
  private static func uniforms(_ counter: mckean_counter, count: Int) -> (first: [Double], second: [Double]) {
    var (first, second) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
    mckean_uniform_double(&first, &second, count, counter)
    return (first, second)
  }

  /// Every word of counter and key random, and blocks of every length.
  @Test func uniformsAreThoseOfPhilox() {
    var bits = SeededBits(seed: 3)
    func word() -> UInt32 { UInt32(truncatingIfNeeded: bits.next()) }
    for count in 0..<200 {
      let counter = mckean_counter(
        particle: word() % (1 << 31), step: word(), component: word(), stream: word(), seed: word(), replica: word())
      let uniforms = Self.uniforms(counter, count: count)
      var first = [Double](repeating: 0, count: count)
      mckean_first_uniform_double(&first, count, counter)
      #expect(first == uniforms.first)
      for i in 0..<count {
        let expected = Philox.uniforms(
          counter: SIMD4(counter.particle + UInt32(i), counter.step, counter.component, counter.stream),
          key: SIMD2(counter.seed, counter.replica))
        #expect(uniforms.first[i] == expected.first && uniforms.second[i] == expected.second)
      }
    }
  }

  @Test(arguments: [0, 1, 1 << 51 - 1, 1 << 51, 1 << 52 - 2, 1 << 52 - 1] as [UInt64])
  func uniformsReachBothEnds(k: UInt64) {
    let uniforms = Self.uniforms(mckean_counter(k1: k, k2: 1 << 52 - 1 - k), count: 1)
    #expect(uniforms.first == [(Double(k) + 0.5) * 0x1p-52])
    #expect(uniforms.second == [1 - (Double(k) + 0.5) * 0x1p-52])
  }
}
