import Foundation
import McKeanVlasov
import Synchronization
import Testing

/// The draws of a block of particles, as the samplers and the precisions make them.
@Suite struct SamplerTests {
  private static let seed: UInt32 = 314
  private static let replica: UInt32 = 15
  private static let step = 9
  private static let components = 3

  /// The increments of some particles over one fine step at scale 0.7: components × count.
  private static func double(
    _ law: LevyNoise.Law, _ shape: NoiseShape, _ sampler: Sampler, _ particles: Range<Int>, seed: UInt32 = seed
  ) throws -> [Double] {
    let noise = try LevyNoise(law: law, shape: shape, sampler: sampler)
    let stream = RandomStream(seed: seed)
    stream.select(replica: replica)
    var block = [Double](repeating: .nan, count: components * particles.count)
    noise.fill(
      &block, components: components, particles: particles, step: step, incrementScale: 0.7, from: stream)
    return block
  }

  private static func single(
    _ law: LevyNoise.Law, _ shape: NoiseShape, _ sampler: Sampler, _ particles: Range<Int>
  ) throws -> [Float] {
    let noise = try LevyNoise(law: law, shape: shape, sampler: sampler)
    let stream = RandomStream(seed: seed)
    stream.select(replica: replica)
    var block = [Float](repeating: .nan, count: components * particles.count)
    noise.fill(
      &block, components: components, particles: particles, step: step, incrementScale: 0.7, from: stream)
    return block
  }

  // MARK: - One sampler against the other

  private static let laws: [LevyNoise.Law] = [
    .stable(alpha: 0.1), .stable(alpha: 0.3), .stable(alpha: 0.8), .stable(alpha: 1), .stable(alpha: 1 + 1e-12),
    .stable(alpha: 1.5), .stable(alpha: 1.99), .stable(alpha: 2), .brownian,
  ]

  /// How far a draw of index α and its like by GSL may be apart, relative to it: t is the distance 2 min(u, 1 - u) of its
  /// first uniform from the ends, where GSL's own cosine loses digits.
  private static func bound(alpha: Double, t: Double) -> Double {
    (1e-14 + 1e-15 / t) * pow(max(1, 0.2 / alpha), 2)
  }

  /// The bound for every number of a block: of an isotropic one, that of the normal and half that of the mixing variable.
  private static func bounds(_ law: LevyNoise.Law, _ shape: NoiseShape, _ particles: Range<Int>) -> [Double] {
    let alpha: Double = if case .stable(let alpha) = law { alpha } else { 2 }
    func t(_ particle: Int, _ component: Int, _ purpose: StreamPurpose) -> Double {
      let u = Philox.uniforms(
        counter: SIMD4(UInt32(particle), UInt32(step), UInt32(component), purpose.rawValue), key: SIMD2(seed, replica)
      ).first
      return 2 * min(u, 1 - u)
    }
    return (0..<components).flatMap { component in
      particles.map { particle in
        switch shape {
        case .independent: bound(alpha: alpha, t: t(particle, component, .noise))
        case .shared: bound(alpha: alpha, t: t(particle, 0, .noise))
        case .isotropic:
          bound(alpha: 2, t: t(particle, component, .noise))
            + (alpha < 2 ? bound(alpha: alpha / 2, t: t(particle, 0, .mixing)) / 2 : 0)
        }
      }
    }
  }

  @Test(arguments: laws, NoiseShape.allCases)
  func drawsAreThoseOfGSLToRounding(law: LevyNoise.Law, shape: NoiseShape) throws {
    let particles = 77..<20_077
    let vector = try Self.double(law, shape, .vector, particles)
    let gsl = try Self.double(law, shape, .gsl, particles)
    var largest = 0.0
    for ((a, b), bound) in zip(zip(vector, gsl), Self.bounds(law, shape, particles)) {
      largest = max(largest, abs(a - b) / (abs(b) * bound))
    }
    #expect(largest <= 1)
    // Negative control: draws of another seed.
    let other = try Self.double(law, shape, .vector, particles, seed: Self.seed + 1)
    let near = zip(other, gsl).count { abs($0 - $1) < 1e-3 * abs($1) }
    #expect(near < gsl.count / 100)
  }

  /// Single precision takes the same uniforms: the vectorised draw of a number is the double one to rounding, GSL's is the
  /// double one rounded.
  @Test(arguments: laws.dropFirst(), NoiseShape.allCases)
  func singleDrawsAreDoubleOnesToRounding(law: LevyNoise.Law, shape: NoiseShape) throws {
    let particles = 77..<20_077
    let double = try Self.double(law, shape, .vector, particles)
    let single = try Self.single(law, shape, .vector, particles)
    let alpha: Double = if case .stable(let alpha) = law { alpha } else { 2 }
    // Roundings of 2^-24 in each of the factors, and 1/α times over in the power.
    for (a, b) in zip(single, double) { #expect(abs(Double(a) - b) < (8 + 4 / alpha) * 0x1p-24 * abs(b)) }

    let gsl = try Self.double(law, shape, .gsl, particles)
    let singleGSL = try Self.single(law, shape, .gsl, particles)
    if shape == .isotropic {
      for (a, b) in zip(singleGSL, gsl) { #expect(abs(Double(a) - b) < 0x1p-22 * abs(b)) }
    } else {
      #expect(singleGSL == gsl.map { Float($0) })
    }
  }

  // MARK: - A draw has no place

  /// Runs of particles of every short length and offset, and about the lengths that the loops work in, hold what the whole
  /// block holds.
  @Test(arguments: [LevyNoise.Law.stable(alpha: 1.3), .brownian], NoiseShape.allCases)
  func drawsDependOnNeitherLengthNorOffset(law: LevyNoise.Law, shape: NoiseShape) throws {
    let whole = 0..<4200
    let double = try Self.double(law, shape, .vector, whole)
    let single = try Self.single(law, shape, .vector, whole)
    #expect(Set(double.prefix(whole.count)).count == whole.count)
    func part<Number>(_ numbers: [Number], _ range: Range<Int>) -> [Number] {
      (0..<Self.components).flatMap {
        numbers[$0 * whole.count..<($0 + 1) * whole.count][range.shifted(by: $0 * whole.count)]
      }
    }
    let lengths = [0, 1, 2, 3, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127, 128, 129, 511, 512, 513, 2047, 2048, 2049]
    for length in lengths {
      for offset in [0, 1, 2, 5, 8, 31, 33, 511, 513, 2047, 2048] {
        let range = offset..<offset + length
        #expect(try Self.double(law, shape, .vector, range) == part(double, range), "\(range)")
        #expect(try Self.single(law, shape, .vector, range) == part(single, range), "\(range)")
      }
    }
  }

  /// Eight threads at a time, each with a stream of its own.
  @Test func drawsDoNotDependOnTheThread() throws {
    let law = LevyNoise.Law.stable(alpha: 1.3)
    let whole = try Self.double(law, .isotropic, .vector, 0..<3000)
    let found = Mutex([[Double]]())
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      let block = try? Self.double(law, .isotropic, .vector, 0..<3000)
      found.withLock { $0.append(block ?? []) }
    }
    #expect(found.withLock { $0 } == Array(repeating: whole, count: 8))
  }
}

extension Range<Int> {
  fileprivate func shifted(by offset: Int) -> Range<Int> { lowerBound + offset..<upperBound + offset }
}
