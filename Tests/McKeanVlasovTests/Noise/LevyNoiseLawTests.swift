import Foundation
import McKeanVlasov
import Testing

/// The joint law of a particle's coordinates, in three dimensions.
@Suite struct LevyNoiseLawTests {
  private static let alphas = [0.5, 1, 1.3, 1.7, 2]
  private static let directions: [[Double]] = [
    [1, 0, 0], [0.5, 0.5, 0], [0.4, -0.7, 0.2], [-0.3, 0.3, 0.3], [1.5, 0.2, -0.8], [0.05, 0.1, 0.02],
  ]
  private static let particles = 1 << 17
  /// 1e-3 for the family: two numbers in each of six directions, three shapes and five indices.
  private static let level = 1e-3 / Double(2 * directions.count * 3 * alphas.count)

  /// The smallest p-value over the directions that E cos⟨u, X⟩ is the characteristic function and E sin⟨u, X⟩ is 0.
  private static func pValue(_ sample: [[Double]], _ characteristicFunction: ([Double]) -> Double) -> Double {
    directions.map { u in
      let products = sample.map { x in u[0] * x[0] + u[1] * x[1] + u[2] * x[2] }
      return min(
        PValue.mean(products.map { cos($0) }, expected: characteristicFunction(u)),
        PValue.mean(products.map { sin($0) }, expected: 0))
    }.min()!
  }

  private static func norm(_ u: [Double]) -> Double { u.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  private static func characteristicFunction(_ shape: NoiseShape, alpha: Double) -> ([Double]) -> Double {
    switch shape {
    case .independent: { u in exp(-u.reduce(0) { $0 + pow(abs($1), alpha) }) }
    case .shared: { u in exp(-pow(abs(u.reduce(0, +)), alpha)) }
    case .isotropic: { u in exp(-pow(norm(u), alpha)) }
    }
  }

  @Test(arguments: alphas)
  func coordinatesHaveTheJointLawOfTheirShape(alpha: Double) throws {
    var samples: [NoiseShape: [[Double]]] = [:]
    for shape in NoiseShape.allCases {
      let sample = try increments(
        of: LevyNoise(law: .stable(alpha: alpha), shape: shape), dimension: 3, particles: Self.particles, seed: 41)
      #expect(Self.pValue(sample, Self.characteristicFunction(shape, alpha: alpha)) > Self.level)
      samples[shape] = sample
    }

    // Negative controls: isotropic increments that are off by √2, and each shape passed off as another. At α = 2 the
    // isotropic law is the independent one.
    let isotropic = Self.characteristicFunction(.isotropic, alpha: alpha)
    #expect(Self.pValue(samples[.isotropic]!.map { $0.map { $0 * 2.0.squareRoot() } }, isotropic) < Self.level)
    #expect(Self.pValue(samples[.shared]!, isotropic) < Self.level)
    if alpha < 2 { #expect(Self.pValue(samples[.independent]!, isotropic) < Self.level) }
  }

  @Test(arguments: NoiseShape.allCases)
  func brownianIncrementsHaveVarianceOne(shape: NoiseShape) throws {
    let sample = try increments(
      of: LevyNoise(law: .brownian, shape: shape), dimension: 3, particles: Self.particles, seed: 42)
    // N(0, 1) where α = 2 has N(0, 2).
    let gauss = Self.characteristicFunction(shape, alpha: 2)
    #expect(Self.pValue(sample) { gauss($0.map { $0 / 2.0.squareRoot() }) } > Self.level)
    #expect(Self.pValue(sample, gauss) < Self.level)
  }

  /// Just below the largest index with a mixing law, its draws are finite, positive and 1 but for about 1e-8.
  @Test func isotropicDrawsNextToBrownianAreScaled() throws {
    let alpha = 2 - 1e-9
    let sample = try increments(
      of: LevyNoise(law: .stable(alpha: alpha), shape: .isotropic), dimension: 3, particles: Self.particles, seed: 43)
    let brownian = try increments(
      of: LevyNoise(law: .stable(alpha: 2), shape: .isotropic), dimension: 3, particles: Self.particles, seed: 43)
    let ratios = zip(sample.joined(), brownian.joined()).map { $0 / $1 }
    #expect(ratios.allSatisfy { abs($0 - 1) < 1e-3 })
    let sorted = ratios.sorted()
    #expect(abs(sorted[sorted.count / 2] - 1) < 1e-7)
  }
}
