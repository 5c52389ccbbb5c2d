import CStableKernels
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

  /// The products are added in their order, and their sum to what stands in the sum; tiles are of 5 rows and 16
  /// columns, and of 2 rows and 32 columns where there are fewer than 5.
  @Test(arguments: [0, 1, 2, 7, 32, 257])
  func productsAreAddedInTheirOrder(inner: Int) {
    for (rows, columns) in [(1, 1), (3, 5), (4, 16), (2, 32), (3, 71), (5, 15), (5, 17), (6, 33), (10, 40), (11, 48)] {
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

  private static let derivatives: [(mckean_derivative, @Sendable (Double) -> Double)] = [
    (mckean_derivative_is_value, { $0 }), (mckean_derivative_of_tanh, { 1 - $0 * $0 }),
    (mckean_derivative_of_sigmoid, { $0 * (1 - $0) }), (mckean_derivative_of_relu, { $0 > 0 ? 1 : 0 }),
  ]

  /// Sums with one rounding a product, in their order, times the derivative; tiles are of 64 and 8 points.
  @Test(arguments: [1, 2, 10])
  func gradientsAreProductsTimesDerivatives(outputs: Int) {
    for (neurons, points) in [(1, 1), (3, 7), (2, 8), (5, 64), (3, 77), (4, 143)] {
      // a few bits each, so that singles and doubles are exact
      func numbers(_ count: Int, _ stream: UInt32) -> [Double] {
        Self.numbers(count, stream).map { (Double($0) * 1e-3).rounded() / 16 }
      }
      let (weights, residuals) = (numbers(outputs * neurons, 4), numbers(outputs * points, 5))
      let values = numbers(neurons * points, 6)
      for (derivative, function) in Self.derivatives {
        let expected = (0..<neurons * points).map { i in
          (0..<outputs).reduce(0.0) { sum, output in
            sum + weights[output * neurons + i / points] * residuals[output * points + i % points]
          } * function(values[i])
        }
        for kernels in [KernelSet.product, .baseline, .v3, .v4] where kernels.isSupported {
          var gradients = [Double](repeating: .nan, count: expected.count)
          kernels.gradients(&gradients, weights, residuals, values, derivative, neurons, outputs, points)
          #expect(gradients == expected, "\(kernels), \(neurons) × \(points)")
          var singles = [Float](repeating: .nan, count: expected.count)
          kernels.gradientsSingle(
            &singles, weights.map(Float.init), residuals.map(Float.init), values.map(Float.init), derivative, neurons,
            outputs, points)
          #expect(singles.map(Double.init) == expected, "\(kernels), \(neurons) × \(points), single")
        }
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
