import CGSL
import CStableKernels
import Foundation

/// The driving noise σ dL of the particles: independent between particles, with stationary increments.
///
/// Over a time δ each coordinate is SαS(σ δ^{1/α}); `law: .brownian` makes it N(0, σ²δ), that is SαS(σ √(δ/2)) at α = 2.
public struct LevyNoise: Sendable, Hashable {
  /// The law of the increments.
  public enum Law: Sendable, Hashable {
    case stable(alpha: Double)
    case brownian
    /// No noise at all, whatever scale and shape are asked for.
    case none
  }

  /// The law of the increments.
  public let law: Law
  /// σ ≥ 0; 0 means no noise.
  public let scale: Double
  /// How the coordinates of a particle's noise depend on each other.
  public let shape: NoiseShape
  /// Which code draws; the draws are the same to rounding.
  public let sampler: Sampler

  /// - Throws: `SimulationError.invalidValue` for α outside [0.1, 2], or a scale that is negative or not finite.
  public init(
    law: Law, scale: Double = 1, shape: NoiseShape = .independent, sampler: Sampler = .vector
  ) throws(SimulationError) {
    if case .stable(let alpha) = law { _ = try StableLaw(alpha: alpha, scale: scale) }
    _ = try StableLaw(alpha: 2, scale: scale)
    if case .stable(let alpha) = law, shape == .isotropic, alpha < 2, alpha > Self.largestMixedAlpha {
      throw .invalidValue(
        parameter: "alpha", found: "\(alpha) with the isotropic shape",
        allowed: "2, or at most 2 - 1e-9 (closer to 2 the mixing law cannot be drawn in double precision)")
    }
    (self.law, self.sampler) = (law, sampler)
    (self.scale, self.shape) = law == .none ? (0, .independent) : (scale, shape)
  }

  /// Nearer to 2, `gsl_ran_levy_skew` at α/2 loses its digits to cancellation.
  private static let largestMixedAlpha = 2 - 1e-9

  /// The stability index; 2 for Brownian noise, and without noise.
  public var alpha: Double {
    switch law {
    case .stable(let alpha): alpha
    case .brownian, .none: 2
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
    case .none: 0
    }
  }

  /// Draws the increments of a block of particles over one fine step.
  ///
  /// - Parameters:
  ///   - block: components × count, component-major: component c of the block's particle i at c · count + i.
  ///   - particles: the indices of the block's particles in the system.
  ///   - step: the index of the fine step.
  ///   - incrementScale: γ of `incrementScale(over:)` for the fine step.
  /// - Complexity: one Philox block and one stable draw an entry.
  public func fill(
    _ block: UnsafeMutablePointer<Double>, components: Int, particles: Range<Int>, step: Int, incrementScale: Double,
    from stream: RandomStream
  ) {
    fillBlock(
      block, components: components, particles: particles, step: step, incrementScale: incrementScale, from: stream)
  }

  /// The same in single precision, from the same uniforms.
  public func fill(
    _ block: UnsafeMutablePointer<Float>, components: Int, particles: Range<Int>, step: Int, incrementScale: Double,
    from stream: RandomStream
  ) {
    fillBlock(
      block, components: components, particles: particles, step: step, incrementScale: incrementScale, from: stream)
  }

  func fillBlock<Scalar: ParticleScalar>(
    _ block: UnsafeMutablePointer<Scalar>, components: Int, particles: Range<Int>, step: Int, incrementScale: Double,
    from stream: RandomStream
  ) {
    let count = particles.count
    func stable(_ row: Int, alpha: Double, scale: Double) {
      symmetricStable(
        UnsafeMutableBufferPointer(start: block + row * count, count: count), particles: particles, step: step,
        component: row, alpha: alpha, scale: scale, from: stream)
    }
    switch shape {
    case .independent:
      for component in 0..<components { stable(component, alpha: alpha, scale: incrementScale) }
    case .shared:
      stable(0, alpha: alpha, scale: incrementScale)
      for component in 1..<max(components, 1) { (block + component * count).update(from: block, count: count) }
    case .isotropic:
      // N(0, 1) = SαS(1/√2) at α = 2: one counter a draw, where `gsl_ran_gaussian` rejects and would need more.
      for component in 0..<components { stable(component, alpha: 2, scale: 0.5.squareRoot()) }
      // A has Laplace transform exp(-s^{α/2}); given A, a coordinate √(2A)·g has E exp(iu·) = exp(-u²A), hence exp(-|u|^α).
      var mixing = InlineArray<512, Double>(repeating: 1)
      var mixingSpan = mixing.mutableSpan
      mixingSpan.withUnsafeMutableBufferPointer { mixing in
        for start in stride(from: 0, to: count, by: mixing.count) {
          let part = mixing.extracting(0..<min(mixing.count, count - start))
          if alpha < 2 {
            positiveStable(part, particles: particles.dropFirst(start), step: step, from: stream)
          }
          for i in part.indices { part[i] = incrementScale * (2 * part[i]).squareRoot() }
          for component in 0..<components {
            let row = block + component * count + start
            for i in part.indices { row[i] *= Scalar(part[i]) }
          }
          if alpha == 2 { part.update(repeating: 1) }
        }
      }
    }
  }

  /// SαS(scale) of one component for successive particles.
  private func symmetricStable<Scalar: ParticleScalar>(
    _ draws: UnsafeMutableBufferPointer<Scalar>, particles: Range<Int>, step: Int, component: Int, alpha: Double,
    scale: Double, from stream: RandomStream
  ) {
    switch sampler {
    case .vector:
      let counter = stream.counter(
        particle: UInt32(particles.lowerBound), step: UInt32(step), component: UInt32(component), purpose: .noise)
      Scalar.drawSymmetricStable(draws, first: counter, alpha: alpha, scale: scale)
    case .gsl:
      for (i, particle) in particles.enumerated() {
        stream.position(
          particle: UInt32(particle), step: UInt32(step), component: UInt32(component), purpose: .noise)
        draws[i] = Scalar(gsl_ran_levy(stream.generator, scale, alpha))
      }
    }
  }

  /// The positive (α/2)-stable A of successive particles, as many as there is room for.
  private func positiveStable(
    _ draws: UnsafeMutableBufferPointer<Double>, particles: Range<Int>, step: Int, from stream: RandomStream
  ) {
    switch sampler {
    case .vector:
      let counter = stream.counter(
        particle: UInt32(particles.lowerBound), step: UInt32(step), component: 0, purpose: .mixing)
      mckean_positive_stable_double(draws.baseAddress!, draws.count, counter, alpha / 2)
    case .gsl:
      let mixingScale = pow(cos(.pi * alpha / 4), 2 / alpha)
      for i in draws.indices {
        stream.position(
          particle: UInt32(particles.lowerBound + i), step: UInt32(step), component: 0, purpose: .mixing)
        draws[i] = gsl_ran_levy_skew(stream.generator, mixingScale, alpha / 2, 1)
      }
    }
  }
}
