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

  /// The products are added in their order, and their sum to what stands in the sum; tiles are of 5 rows and 16 columns.
  @Test(arguments: [0, 1, 2, 7, 32, 257])
  func productsAreAddedInTheirOrder(inner: Int) {
    for (rows, columns) in [(1, 1), (3, 5), (4, 16), (5, 15), (5, 17), (6, 33), (10, 40), (11, 48)] {
      let (left, right) = (Self.numbers(rows * inner, 1), Self.numbers(columns * inner, 2))
      let before = Self.numbers(rows * columns, 3).map { Double($0) }
      var expected = before
      for row in 0..<rows {
        for column in 0..<columns {
          expected[row * columns + column] += (0..<inner).reduce(0.0) { sum, i in
            sum + Double(left[row * inner + i]) * Double(right[i * columns + column])
          }
        }
      }
      for kernels in [KernelSet.product, .baseline, .v3, .v4] where kernels.isSupported {
        var sums = before
        kernels.addProducts(&sums, left, right, rows, inner, columns)
        #expect(sums == expected, "\(kernels), \(rows) × \(columns)")
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
