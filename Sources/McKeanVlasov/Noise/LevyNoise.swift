import CGSL
import Foundation

/// The driving noise σ dL of the particles: independent between particles, with stationary increments.
///
/// Over a time δ each coordinate is SαS(σ δ^{1/α}); `law: .brownian` makes it N(0, σ²δ), that is SαS(σ √(δ/2)) at α = 2.
public struct LevyNoise: Sendable, Hashable {
  /// The law of the increments.
  public enum Law: Sendable, Hashable {
    case stable(alpha: Double)
    case brownian
  }

  public let law: Law
  /// σ ≥ 0; 0 means no noise.
  public let scale: Double
  public let shape: NoiseShape

  /// - Throws: `SimulationError.invalidValue` for α outside [0.1, 2], or a scale that is negative or not finite.
  public init(law: Law, scale: Double = 1, shape: NoiseShape = .independent) throws(SimulationError) {
    if case .stable(let alpha) = law { _ = try StableLaw(alpha: alpha, scale: scale) }
    _ = try StableLaw(alpha: 2, scale: scale)
    if case .stable(let alpha) = law, shape == .isotropic, alpha < 2, alpha > Self.largestMixedAlpha {
      throw .invalidValue(
        parameter: "alpha", found: "\(alpha) with the isotropic shape",
        allowed: "2, or at most 2 - 1e-9 (closer to 2 the mixing law cannot be drawn in double precision)")
    }
    (self.law, self.scale, self.shape) = (law, scale, shape)
  }

  /// Nearer to 2, `gsl_ran_levy_skew` at α/2 loses its digits to cancellation.
  private static let largestMixedAlpha = 2 - 1e-9

  /// The stability index; 2 for Brownian noise.
  public var alpha: Double {
    switch law {
    case .stable(let alpha): alpha
    case .brownian: 2
    }
  }

  /// The index of the power tail of an increment: α, or nil where every moment is finite.
  public var tailIndex: Double? { scale > 0 && alpha < 2 ? alpha : nil }

  /// Draws that one increment of a particle takes.
  func draws(components: Int) -> Int {
    if scale == 0 { return 0 }
    switch shape {
    case .independent: return components
    case .shared: return 1
    case .isotropic: return components + 1
    }
  }

  /// The scale γ of one coordinate's increment over a time δ, as SαS(γ).
  public func incrementScale(over time: Double) -> Double {
    switch law {
    case .stable(let alpha): scale * pow(time, 1 / alpha)
    case .brownian: scale * (time / 2).squareRoot()
    }
  }

  /// Draws the increments of a block of particles over one fine step.
  ///
  /// - Parameters:
  ///   - block: components × count, component-major: component c of the block's particle i at c · count + i.
  ///   - particles: the indices of the block's particles in the system.
  ///   - step: the index of the fine step.
  ///   - incrementScale: γ of `incrementScale(over:)` for the fine step.
  /// - Complexity: one Philox block and one GSL draw an entry.
  func fill(
    _ block: UnsafeMutablePointer<Double>, components: Int, particles: Range<Int>, step: Int, incrementScale: Double,
    from stream: RandomStream
  ) {
    let count = particles.count
    let step = UInt32(step)
    let generator = stream.generator
    func stableDraw(particle: Int, component: Int) -> Double {
      stream.position(
        particle: UInt32(particle), step: step, component: UInt32(component), purpose: .noise)
      return gsl_ran_levy(generator, incrementScale, alpha)
    }
    switch shape {
    case .independent:
      for component in 0..<components {
        for (i, particle) in particles.enumerated() {
          block[component * count + i] = stableDraw(particle: particle, component: component)
        }
      }
    case .shared:
      for (i, particle) in particles.enumerated() {
        let draw = stableDraw(particle: particle, component: 0)
        for component in 0..<components { block[component * count + i] = draw }
      }
    case .isotropic:
      // A has Laplace transform exp(-s^{α/2}); given A, a coordinate √(2A)·g has E exp(iu·) = exp(-u²A), hence exp(-|u|^α).
      let mixingScale = pow(cos(.pi * alpha / 4), 2 / alpha)
      for (i, particle) in particles.enumerated() {
        stream.position(particle: UInt32(particle), step: step, component: 0, purpose: .mixing)
        let mixing = alpha == 2 ? 1 : gsl_ran_levy_skew(generator, mixingScale, alpha / 2, 1)
        let deviation = incrementScale * (2 * mixing).squareRoot()
        for component in 0..<components {
          stream.position(
            particle: UInt32(particle), step: step, component: UInt32(component), purpose: .noise)
          block[component * count + i] = deviation * standardNormal(from: stream)
        }
      }
    }
  }
}

/// N(0, 1) = SαS(1/√2) at α = 2: one counter a draw, where `gsl_ran_gaussian` rejects and would need more.
func standardNormal(from stream: RandomStream) -> Double { gsl_ran_levy(stream.generator, 0.5.squareRoot(), 2) }
