import Foundation
import McKeanVlasov
import Testing

/// Products of matrices of singles, added up in double precision.
@Suite struct ProductTests {
  /// Numbers of both signs over several orders of magnitude.
  private static func numbers(_ count: Int, _ stream: UInt32) -> [Float] {
    (0..<UInt32(count)).map { i in
      let uniforms = Philox.uniforms(counter: SIMD4(i, stream, 0, 0), key: SIMD2(8, 8))
      return Float((uniforms.first - 0.5) * pow(10, 4 * uniforms.second))
    }
  }

  private static let inners = Array(0...33) + [255, 256, 257]

  /// Product i goes to running sum i mod 8; the eight are added from the first on, to what stands in the sum.
  @Test(arguments: inners)
  func productsOfEveryLengthAreAddedInTheirOrder(inner: Int) {
    let rows = 3
    for columns in 1...9 {
      let (left, right) = (Self.numbers(rows * inner, 1), Self.numbers(columns * inner, 2))
      let before = Self.numbers(rows * columns, 3).map { Double($0) }
      var expected = before
      for row in 0..<rows {
        for column in 0..<columns {
          var running = [Double](repeating: 0, count: 8)
          for i in 0..<inner {
            running[i % 8] += Double(left[row * inner + i]) * Double(right[column * inner + i])
          }
          expected[row * columns + column] += running.reduce(0, +)
        }
      }
      for kernels in [KernelSet.product, .baseline, .v3, .v4] where kernels.isSupported {
        var sums = before
        kernels.addProducts(&sums, left, right, rows, inner, columns)
        #expect(sums == expected, "\(kernels), \(columns) columns")
      }
    }
  }

  /// 2^24 and 31 ones: singles would have lost the ones.
  @Test func nothingIsAddedUpInSinglePrecision() {
    let ones = [Float](repeating: 1, count: 32)
    var sums = [0.0]
    KernelSet.product.addProducts(&sums, [0x1p24] + ones.dropLast(), ones, 1, 32, 1)
    #expect(sums[0] == 0x1p24 + 31)
    #expect(([0x1p24] + ones.dropLast()).reduce(0, +) as Float != 0x1p24 + 31)
  }
}
