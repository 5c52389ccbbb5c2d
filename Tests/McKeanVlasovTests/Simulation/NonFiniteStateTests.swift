import McKeanVlasov
import Testing

/// States that are not finite are found wherever they stand, and large ones are not mistaken for them.
@Suite struct NonFiniteStateTests {
  /// One number of one particle becomes a given one in the first step, all others stay 0.
  ///
  /// Components: one with noise, one that moves, and one that tells the particles apart.
  private struct OneNumber: SinglePrecisionModel {
    let name = "one-number"
    let shape = ModelShape(components: 3, moving: 2, noisy: 1, features: 1)
    let initial = [InitialLaw.constant(0), .constant(0), .uniform(low: 0, high: 1)]
    let featureGrowth = FeatureGrowth.none
    let particle: Double
    let component: Int
    let value: Double

    func addFeatures(
      of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping: inout MutableSpan<Double>,
      scratch: inout MutableSpan<Double>
    ) {}

    func addFeatures(
      of block: Span<Float>, to sums: inout MutableSpan<Double>, keeping: inout MutableSpan<Float>,
      scratch: inout MutableSpan<Float>
    ) {}

    func drift(
      of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
      into drift: inout MutableSpan<Double>
    ) {
      let count = block.count / 3
      for i in 0..<count {
        for c in 0..<2 { drift[c * count + i] = c == component && block[2 * count + i] == particle ? value : 0 }
      }
    }

    func drift(
      of block: Span<Float>, prepared: Span<Float>, kept: Span<Float>, scratch: inout MutableSpan<Float>,
      into drift: inout MutableSpan<Float>
    ) {
      let count = block.count / 3
      for i in 0..<count {
        for c in 0..<2 {
          drift[c * count + i] = c == component && block[2 * count + i] == Float(particle) ? Float(value) : 0
        }
      }
    }
  }

  private static let particles = 2048 + 37

  private static func engine(_ model: OneNumber, _ precision: Precision) throws -> CoupledSystems {
    try CoupledSystems(
      model: model, noise: LevyNoise(law: .brownian, scale: 0), horizon: 2,
      systems: [.init(particles: particles, steps: 2)], seed: 7, precision: precision)
  }

  /// The numbers that tell the particles apart, in single precision too.
  private static func marks() throws -> [Double] {
    let engine = try engine(OneNumber(particle: -1, component: 0, value: 0), .double)
    #expect(try engine.run(replica: 0) == nil)
    let marks = engine.states().map { $0[2] }
    #expect(Set(marks.map { Float($0) }).count == particles)
    return marks
  }

  /// Every position of the second block, and those of the first about its ends and the vectors' lengths.
  private static let positions =
    [0, 1, 2, 7, 8, 9, 15, 16, 31, 32, 33, 63, 64, 1000, 2015, 2016, 2046, 2047]
    + Array(2048..<particles)

  @Test(arguments: Precision.allCases, [Double.nan, -.nan, .signalingNaN, .infinity, -.infinity])
  func isFoundInEveryPosition(precision: Precision, value: Double) throws {
    let marks = try Self.marks()
    for particle in Self.positions {
      for component in 0..<2 {
        let model = OneNumber(particle: marks[particle], component: component, value: value)
        let found = try Self.engine(model, precision).run(replica: 0)
        #expect(found?.particle == particle && found?.step == 1, "\(particle), \(component)")
      }
    }
  }

  /// The largest numbers, the smallest, and zero with a sign.
  @Test(arguments: Precision.allCases)
  func finiteNumbersAreNotReported(precision: Precision) throws {
    let marks = try Self.marks()
    let largest = precision == .double ? Double.greatestFiniteMagnitude / 2 : Double(Float.greatestFiniteMagnitude) / 2
    let least = precision == .double ? Double.leastNonzeroMagnitude : Double(Float.leastNonzeroMagnitude)
    for value in [largest, -largest, least, -least, -0.0] {
      for particle in Self.positions {
        let model = OneNumber(particle: marks[particle], component: particle % 2, value: value)
        #expect(try Self.engine(model, precision).run(replica: 0) == nil, "\(particle), \(value)")
      }
      // Two steps add the number twice, the largest finite one at most.
      let engine = try Self.engine(OneNumber(particle: marks[3], component: 0, value: value), .double)
      _ = try engine.run(replica: 0)
      #expect(engine.states()[3][0] == 2 * value)
    }
    // Negative control: four times the half.
    let model = OneNumber(particle: marks[3], component: 0, value: 2 * largest)
    #expect(try Self.engine(model, precision).run(replica: 0)?.step == 2)
  }

  /// In single precision what is beyond the largest `Float` is infinite; in double precision it is a number.
  @Test func eachPrecisionHasItsOwnRange() throws {
    let model = OneNumber(particle: try Self.marks()[5], component: 1, value: 1e39)
    #expect(try Self.engine(model, .double).run(replica: 0) == nil)
    #expect(try Self.engine(model, .single).run(replica: 0)?.particle == 5)
  }
}
