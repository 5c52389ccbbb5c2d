import Foundation
import McKeanVlasov
import Testing

/// Sums and functions of spans of any length; the errors of the functions are measured where the kernels are tested.
@Suite struct BlockMathTests {
  // MARK: - Sums

  /// Numbers of both signs over many orders of magnitude, whose sum depends on its order.
  private static func numbers(_ count: Int) -> [Double] {
    (0..<UInt32(count)).map { i in
      let uniforms = Philox.uniforms(counter: SIMD4(i, 0, 0, 0), key: SIMD2(3, 3))
      return (uniforms.first - 0.5) * pow(10, 12 * uniforms.second)
    }
  }

  /// Number i goes to running sum i mod 8; the eight are added from the first on.
  private static func sumInOrder(_ values: [Double]) -> Double {
    var sums = [Double](repeating: 0, count: 8)
    for (i, value) in values.enumerated() { sums[i % 8] += value }
    return sums.dropFirst().reduce(sums[0], +)
  }

  @Test(arguments: Array(0...40) + [63, 64, 65, 1000, 2047, 2048, 2049, 100_003])
  func sumsOfAnyLengthAreTakenInTheirOrder(count: Int) {
    let values = Self.numbers(count)
    #expect(BlockMath.sum(values.span).bitPattern == Self.sumInOrder(values).bitPattern)
    let singles = values.map { Float($0) }
    #expect(BlockMath.sum(singles.span).bitPattern == Self.sumInOrder(singles.map { Double($0) }).bitPattern)
    // The test can tell: another order gives other bits once there are numbers enough.
    if count >= 1000 {
      #expect(BlockMath.sum(values.span) != values.reduce(0, +))
      #expect(BlockMath.sum(values.reversed().span) != BlockMath.sum(values.span))
    }
  }

  /// Any part of a span, whatever its alignment.
  @Test func sumsOfParts() {
    let values = Self.numbers(300)
    let singles = values.map { Float($0) }
    for start in 0..<17 {
      for end in [start, start + 1, start + 8, start + 129, 300] {
        let part = Array(values[start..<end])
        #expect(BlockMath.sum(values.span.extracting(start..<end)) == Self.sumInOrder(part))
        #expect(
          BlockMath.sum(singles.span.extracting(start..<end)) == Self.sumInOrder(part.map { Double(Float($0)) }))
      }
    }
  }

  @Test func theSumOfNothingIsZero() {
    #expect(BlockMath.sum([Double]().span).bitPattern == 0)
    #expect(BlockMath.sum([Float]().span).bitPattern == 0)
  }

  /// In single precision 2^24 + 1 is 2^24.
  @Test func singlesAreAddedInDoublePrecision() {
    let values = [Float(0x1p24)] + [Float](repeating: 1, count: 7999)
    #expect(BlockMath.sum(values.span) == 0x1p24 + 7999)
    #expect(values.reduce(0, +) != 0x1p24 + 7999)
  }

  @Test func whatIsNotFiniteShows() {
    for count in [1, 8, 20] {
      for position in 0..<count {
        for special in [Double.nan, .infinity, -.infinity] {
          var values = [Double](repeating: 1, count: count)
          values[position] = special
          let singles = values.map { Float($0) }
          for sum in [BlockMath.sum(values.span), BlockMath.sum(singles.span)] {
            #expect(special.isNaN ? sum.isNaN : sum == special)
          }
        }
      }
    }
  }

  // MARK: - Functions

  struct Function: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let double: @Sendable (inout MutableSpan<Double>) -> Void
    let single: @Sendable (inout MutableSpan<Float>) -> Void
    /// Libm's.
    let exact: @Sendable (Double) -> Double

    static let all = [
      Function(
        testDescription: "exp", double: { BlockMath.exp(&$0) }, single: { BlockMath.exp(&$0) },
        exact: { Foundation.exp($0) }),
      Function(
        testDescription: "tanh", double: { BlockMath.tanh(&$0) }, single: { BlockMath.tanh(&$0) },
        exact: { Foundation.tanh($0) }),
      Function(
        testDescription: "sigmoid", double: { BlockMath.sigmoid(&$0) }, single: { BlockMath.sigmoid(&$0) },
        exact: { 1 / (1 + Foundation.exp(-$0)) }),
      Function(
        testDescription: "sin", double: { BlockMath.sin(&$0) }, single: { BlockMath.sin(&$0) },
        exact: { Foundation.sin($0) }),
      Function(
        testDescription: "cos", double: { BlockMath.cos(&$0) }, single: { BlockMath.cos(&$0) },
        exact: { Foundation.cos($0) }),
    ]

    func callAsFunction(_ values: [Double], in range: Range<Int>) -> [Double] {
      var values = values
      values.withUnsafeMutableBufferPointer { buffer in
        var part = buffer.extracting(range).mutableSpan
        double(&part)
      }
      return values
    }

    func callAsFunction(_ values: [Float], in range: Range<Int>) -> [Float] {
      var values = values
      values.withUnsafeMutableBufferPointer { buffer in
        var part = buffer.extracting(range).mutableSpan
        single(&part)
      }
      return values
    }
  }

  /// Every value of the span is replaced by its function, of any length and at any offset, and no value beside it.
  @Test(arguments: Function.all)
  func everyValueOfTheSpanAndNoOtherIsReplaced(function: Function) {
    let values = (0..<700).map { 6 * sin(Double(37 * $0)) }
    let singles = values.map { Float($0) }
    let whole = function(values, in: 0..<values.count)
    let wholeOfSingles = function(singles, in: 0..<values.count)
    for (x, y) in zip(values, whole) { #expect(abs(y - function.exact(x)) <= 1e-15 * max(1, function.exact(x))) }
    for (x, y) in zip(singles, wholeOfSingles) {
      let exact = function.exact(Double(x))
      #expect(abs(Double(y) - exact) <= 0x1p-22 * max(1, exact))
    }
    for start in [0, 1, 3, 255, 256, 257] {
      for count in [0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 255, 256, 257] {
        let range = start..<start + count
        let expected = values.indices.map { range.contains($0) ? whole[$0] : values[$0] }
        #expect(function(values, in: range) == expected, "\(range)")
        let expectedSingles = values.indices.map { range.contains($0) ? wholeOfSingles[$0] : singles[$0] }
        #expect(function(singles, in: range) == expectedSingles, "\(range)")
      }
    }
  }
}
