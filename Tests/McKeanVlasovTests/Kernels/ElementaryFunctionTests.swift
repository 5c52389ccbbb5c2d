import CStableKernels
import Foundation
import Testing

#if arch(x86_64)
  /// Errors of the vectorised functions against those of the C library in 64-bit precision.
  @Suite struct ElementaryFunctionTests {
    struct Function: Sendable, CustomTestStringConvertible {
      let testDescription: String
      let kernel: KernelSet.Function<Double>
      let exact: @Sendable (Float80) -> Float80
      /// The largest error found in ulp, rounded up; 2^26 random points were tried once, where the errors are largest.
      let bound: Double
      /// Where the algorithm changes from one piece to the next, and where the function leaves the range of a double.
      let breakpoints: @Sendable () -> [Double]
    }

    static let functions = [
      Function(
        testDescription: "exp", kernel: KernelSet.product.functions[0], exact: { exp($0) }, bound: 1.1,
        breakpoints: {
          halvesOfLogarithm(-1080...1030) + [710, -746, 709.782712893384, -708.3964185322641, -745.1332191019412]
        }),
      Function(
        testDescription: "tanh", kernel: KernelSet.product.functions[1], exact: { tanh($0) }, bound: 3.1,
        breakpoints: { halvesOfLogarithm(-60...60).map { $0 / 2 } + [20, 19.0615474653984] }),
      Function(
        testDescription: "sigmoid", kernel: KernelSet.product.functions[2],
        exact: { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) }, bound: 2.5,
        breakpoints: {
          halvesOfLogarithm(-1080...60) + [710, 746, 36.7368005696771, 708.3964185322641, 745.1332191019412]
        }),
      Function(
        testDescription: "sin", kernel: KernelSet.product.functions[3], exact: { sin($0) }, bound: 2.6,
        breakpoints: quarterTurns),
      Function(
        testDescription: "cos", kernel: KernelSet.product.functions[4], exact: { cos($0) }, bound: 2.6,
        breakpoints: quarterTurns),
    ]

    /// Multiples of ln 2 / 2: the odd ones are where the power of two changes.
    private static func halvesOfLogarithm(_ multiples: ClosedRange<Int>) -> [Double] {
      (2 * multiples.lowerBound...2 * multiples.upperBound).map { Double(Float80($0) / 2 * log(Float80(2))) }
    }

    /// Multiples of π/2 up to 1e300, the doubles that lie nearest to one (by continued fractions), and the limit 2^40 of
    /// the short reduction.
    private static func quarterTurns() -> [Double] {
      var bits = SeededBits(seed: 1)
      let few = (0..<2048).map(Float80.init)
      let many = (0..<8192).map { i in (exp2(Float80(i) / 8) + Float80(bits.next() % 3) - 1).rounded() }
      let nearest: [Double] = [
        0x1.6ac5b262ca1ffp+849, 0x1.6c6cbc45dc8dep+5, 0x1.6c6cbc45dc8dep+6, 0x1.b951f1572eba5p+23,
        0x1.504cac51f1eafp+131, 0x1.e009c53148be1p+991, 0x1.4c96c11134d36p+577, 0x1.db41f3cb71d7bp+680,
      ]
      return (few + many).map { Double($0 * .pi / 2) }.filter { $0 < 1e300 } + nearest + [0x1p40]
    }

    /// Points of both signs: the breakpoints with their neighbours, every power of two with its neighbours, both ends of
    /// the doubles, NaN, and random bit patterns, most of them from 2^-6 to 2^10, where the functions change.
    static func points(_ breakpoints: [Double]) -> [Double] {
      let powers = (-1074...1023).flatMap { exponent -> [Double] in
        let power = Double(sign: .plus, exponent: exponent, significand: 1)
        return [power, power.nextUp, power.nextDown, 1.5 * power]
      }
      let near = breakpoints.flatMap { x in
        [x, x.nextUp, x.nextUp.nextUp, x.nextDown, x.nextDown.nextDown, x * (1 + 1e-12), x * (1 - 1e-12)]
      }
      var bits = SeededBits(seed: 2)
      let random = (0..<1 << 19).map { i in
        let pattern = bits.next()
        return i % 4 == 0
          ? Double(bitPattern: pattern)
          : Double(sign: .plus, exponent: Int(pattern % 16) - 6, significand: .random(in: 1..<2, using: &bits))
      }
      let ends = [0, .infinity, .nan, .greatestFiniteMagnitude, .leastNormalMagnitude, .leastNonzeroMagnitude]
      return (powers + near + random + ends).flatMap { [$0, -$0] }
    }

    @Test(arguments: functions)
    func errorIsBelowFourUlp(function: Function) {
      let points = Self.points(function.breakpoints())
      var values = points
      function.kernel(&values, values.count)
      func largestError(_ values: [Double]) -> Double {
        zip(values, points).map { Ulps.error($0, exact: function.exact(Float80($1))) }.max()!
      }
      let error = largestError(values)
      #expect(error <= function.bound)
      #expect(function.bound <= 4)

      // Negative control: results that are off by eight units of the number 1.
      #expect(largestError(values.map { $0 * (1 + 8 * .ulpOfOne) }) > 4)
    }

    /// The points find a reduction by π in one part, and an exponential whose argument is rounded to a multiple of ln 2.
    @Test func pointsFindABadReduction() {
      func largestError(_ function: Function, _ bad: (Double) -> Double) -> Double {
        Self.points(function.breakpoints()).filter { abs($0) < 700 }.map {
          Ulps.error(bad($0), exact: function.exact(Float80($0)))
        }.max()!
      }
      let sine = largestError(Self.functions[3]) { x in
        let halfTurns = (x / .pi).rounded()
        return sin(x - halfTurns * .pi) * (halfTurns.remainder(dividingBy: 2) == 0 ? 1 : -1)
      }
      #expect(sine > 1e6)
      let exponential = largestError(Self.functions[0]) { x in exp2(x * 1.4426950408889634) }
      #expect(exponential > 100)
    }
  }
#endif

/// Errors of the single-precision functions; the C library's in double precision are exact enough.
@Suite struct SingleElementaryFunctionTests {
  struct Function: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let kernel: KernelSet.Function<Float>
    let exact: @Sendable (Double) -> Double
    /// The largest error of all floats in ulp, rounded up: all 2^32 were tried once.
    let bound: Double
    let breakpoints: [Float]
  }

  static let functions = [
    Function(
      testDescription: "exp", kernel: KernelSet.product.singleFunctions[0], exact: { exp($0) }, bound: 1.22,
      breakpoints: halvesOfLogarithm(-151...130) + [89, -104, 88.72284, -87.33655, -103.97208]),
    Function(
      testDescription: "tanh", kernel: KernelSet.product.singleFunctions[1], exact: { tanh($0) }, bound: 3.21,
      breakpoints: halvesOfLogarithm(-30...30).map { (x: Float) in x / 2 } + [10, 9.010913]),
    Function(
      testDescription: "sigmoid", kernel: KernelSet.product.singleFunctions[2],
      exact: { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) }, bound: 2.41,
      breakpoints: halvesOfLogarithm(-151...30) + [89, 104, 16.635532, 87.33655, 103.97208]),
    Function(
      testDescription: "sin", kernel: KernelSet.product.singleFunctions[3], exact: { sin($0) }, bound: 0.501,
      breakpoints: quarterTurns),
    Function(
      testDescription: "cos", kernel: KernelSet.product.singleFunctions[4], exact: { cos($0) }, bound: 0.501,
      breakpoints: quarterTurns),
  ]

  private static func halvesOfLogarithm(_ multiples: ClosedRange<Int>) -> [Float] {
    (2 * multiples.lowerBound...2 * multiples.upperBound).map { Float(Double($0) / 2 * log(2)) }
  }

  /// Multiples of π/2, and the limit 2^40 of the short reduction.
  private static let quarterTurns: [Float] = {
    let multiples = (0..<4096).map { Double($0) } + (12..<127).map { exp2(Double($0)) }
    return multiples.map { Float($0 * .pi / 2) } + [0x1p40]
  }()

  /// Every 4099th float, among them both ends, both zeros and NaN; the breakpoints of both signs with their neighbours.
  static func points(_ breakpoints: [Float]) -> [Float] {
    let all = stride(from: 0, through: UInt64(UInt32.max), by: 4099).map { Float(bitPattern: UInt32($0)) }
    let ends: [Float] = [0, .infinity, .greatestFiniteMagnitude, .leastNormalMagnitude, .leastNonzeroMagnitude, .nan]
    let near = breakpoints.flatMap { [$0, $0.nextUp, $0.nextUp.nextUp, $0.nextDown, $0.nextDown.nextDown] }
    return all + (ends + near).flatMap { [$0, -$0] }
  }

  @Test(arguments: functions)
  func errorIsBelowFourUlp(function: Function) {
    let points = Self.points(function.breakpoints)
    var values = points
    function.kernel(&values, values.count)
    func largestError(_ values: [Float]) -> Double {
      zip(values, points).map { Ulps.error($0, exact: function.exact(Double($1))) }.max()!
    }
    let error = largestError(values)
    #expect(error <= function.bound)
    #expect(function.bound <= 4)

    // Negative control: results that are off by eight units of the number 1.
    #expect(largestError(values.map { $0 * (1 + 8 * .ulpOfOne) }) > 4)
  }
}
