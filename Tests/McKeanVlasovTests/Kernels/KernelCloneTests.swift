import CStableKernels
import Foundation
import Testing

/// Every instruction set gives the same bits as the product, for blocks of any length and offset.
@Suite struct KernelCloneTests {
  /// A kernel of some set on the numbers from `offset` on.
  private typealias Kernel<Number> = (KernelSet, UnsafeMutablePointer<Number>, _ offset: Int, _ count: Int) -> Void

  private static let sets = [KernelSet.v4, .v3, .baseline].filter(\.isSupported)
  private static let alphas = StableDrawErrorTests.alphas
  private static let longest = 70

  /// What a kernel makes of the first numbers, in two parts; the numbers behind them must stay as they are.
  private static func bits<Number: BinaryFloatingPoint>(
    _ kernel: Kernel<Number>, of set: KernelSet, on values: [Number], count: Int, split: Int = 0
  ) -> [UInt64] {
    var values = values
    values.withUnsafeMutableBufferPointer { buffer in
      kernel(set, buffer.baseAddress!, 0, split)
      kernel(set, buffer.baseAddress! + split, split, count - split)
    }
    return values.map { Double($0).bitPattern }
  }

  /// How many lengths, and how many ways to cut a block in two, give other bits than the product's whole block.
  private static func differences<Number: BinaryFloatingPoint>(
    _ kernel: Kernel<Number>, of set: KernelSet, on values: [Number]
  ) -> Int {
    let whole = bits(kernel, of: .product, on: values, count: values.count)
    let untouched = bits(kernel, of: .product, on: values, count: 0)
    let lengths = (0...values.count).count { count in
      bits(kernel, of: set, on: values, count: count) != Array(whole[..<count] + untouched[count...])
    }
    let cuts = (0...values.count).count { bits(kernel, of: set, on: values, count: values.count, split: $0) != whole }
    return lengths + cuts
  }

  private static func counter(_ offset: Int) -> mckean_counter {
    mckean_counter(particle: 1000 + UInt32(offset), step: 5, seed: 8)
  }

  // MARK: - Draws

  @Test(arguments: sets + [.product])
  func draws(set: KernelSet) {
    let doubles = [Double](repeating: -7, count: Self.longest)
    let singles = [Float](repeating: -7, count: Self.longest)
    for alpha in Self.alphas {
      for scale in [1, 0.3, 1e-30] {
        #expect(
          Self.differences({ $0.symmetric($1, $3, Self.counter($2), alpha, scale) }, of: set, on: doubles) == 0)
        #expect(
          Self.differences({ $0.symmetricSingle($1, $3, Self.counter($2), alpha, scale) }, of: set, on: singles) == 0)
      }
    }
    for alpha in StableDrawErrorTests.positiveAlphas {
      #expect(Self.differences({ $0.positive($1, $3, Self.counter($2), alpha) }, of: set, on: doubles) == 0)
    }
    var second = doubles
    #expect(Self.differences({ $0.uniform($1, &second, $3, Self.counter($2)) }, of: set, on: doubles) == 0)
    #expect(Self.differences({ $0.uniform(&second, $1, $3, Self.counter($2)) }, of: set, on: doubles) == 0)
    #expect(Self.differences({ $0.firstUniform($1, $3, Self.counter($2)) }, of: set, on: doubles) == 0)
  }

  /// The rarest uniforms, in every place of a block.
  @Test(arguments: sets + [.product])
  func drawsOfTheRarestUniforms(set: KernelSet) {
    let ends: [UInt64] = [0, 1, 1 << 20, 1 << 51 - 1, 1 << 51, 1 << 52 - 1 << 20, 1 << 52 - 2, 1 << 52 - 1]
    var place = 0
    for (k1, k2) in ends.flatMap({ k1 in ends.map { (k1, $0) } }) {
      for (alpha, positiveAlpha) in zip(Self.alphas, StableDrawErrorTests.positiveAlphas) {
        place = (place + 1) % Self.longest
        var counter = mckean_counter(k1: k1, k2: k2)
        func draws(_ set: KernelSet, _ count: Int) -> (Double, Float, Double) {
          var (doubles, positive) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
          var singles = [Float](repeating: 0, count: count)
          set.symmetric(&doubles, count, counter, alpha, 1)
          set.symmetricSingle(&singles, count, counter, alpha, 1)
          set.positive(&positive, count, counter, positiveAlpha)
          return (doubles.last!, singles.last!, positive.last!)
        }
        let alone = draws(.product, 1)
        counter.particle &-= UInt32(place)
        let inBlock = draws(set, place + 1)
        #expect(inBlock == alone)
        #expect(alone.0.isFinite && !alone.1.isNaN && alone.2 > 0)
      }
    }
  }

  // MARK: - Functions

  /// In-range, huge and special numbers, both signs.
  private static let numbers: [Double] = {
    var bits = SeededBits(seed: 5)
    let special = [
      0, .infinity, .nan, 0x1p-1074, 0x1p-1022, 1e-20, 1, 19.1, 88.8, 709.8, 745.2, 1e5, 0x1p40, 1e16, 1e300,
    ]
    let random = (0..<longest / 2 - special.count).map { _ in Double.random(in: -30...30, using: &bits) }
    return (special + random).flatMap { [$0, -$0] }.shuffled(using: &bits)
  }()

  @Test(arguments: sets + [.product])
  func functions(set: KernelSet) {
    // without the arguments that sin and cos reduce one by one, and with them
    for numbers in [Self.numbers.map { abs($0) < 1e12 ? $0 : 3 }, Self.numbers] {
      for index in 0..<5 {
        #expect(Self.differences({ $0.functions[index]($1, $3) }, of: set, on: numbers) == 0)
        #expect(Self.differences({ $0.singleFunctions[index]($1, $3) }, of: set, on: numbers.map(Float.init)) == 0)
      }
    }
  }

  /// sin and cos go through a long block in pieces; a large argument in one piece changes nothing else.
  @Test(arguments: sets + [.product], [0, 255, 256, 300, 599])
  func largeArgumentInALongBlock(set: KernelSet, place: Int) {
    let small = (0..<600).map { Double($0) * 0.1 - 30 }
    var mixed = small
    mixed[place] = 1e200
    for index in 3..<5 {
      var expected = small
      KernelSet.product.functions[index](&expected, 600)
      var large = 1e200
      KernelSet.product.functions[index](&large, 1)
      expected[place] = large
      var values = mixed
      set.functions[index](&values, 600)
      #expect(values == expected)
    }
  }

  // MARK: - The comparison itself

  /// Negative controls: the exponential of the C library has other bits, and so have the draws of another particle.
  @Test func otherBitsAreFound() {
    let library: Kernel<Double> = { set, values, _, count in
      if set.description == KernelSet.product.description {
        set.functions[0](values, count)
      } else {
        for i in 0..<count { values[i] = exp(values[i]) }
      }
    }
    #expect(Self.differences(library, of: .baseline, on: Self.numbers) > 0)
    let shifted: Kernel<Double> = { set, draws, offset, count in
      let isProduct = set.description == KernelSet.product.description
      set.symmetric(draws, count, Self.counter(isProduct || offset == 0 ? offset : offset + 1), 1.5, 1)
    }
    #expect(Self.differences(shifted, of: .baseline, on: [Double](repeating: 0, count: Self.longest)) > 0)
  }
}
