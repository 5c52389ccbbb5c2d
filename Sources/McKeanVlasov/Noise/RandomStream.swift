import CGSL
import CStableKernels
import Foundation

/// The purposes that random numbers serve; each has counters of its own, so none can disturb another.
public enum StreamPurpose: UInt32, Sendable {
  /// The stable draw, or the normal, of one coordinate of a noise increment.
  case noise = 0
  /// The positive random variable A that an isotropic increment shares between its coordinates.
  case mixing = 1
  /// Initial values, and every number that stays as it was drawn: fixed output weights, frequencies.
  case initial = 2
  /// The order in which data are taken: the rows of a shuffled or split file, and those of each pass through the data.
  case batch = 3
}

/// The random numbers of one replica: Philox as a GSL generator that can be put on any counter.
///
/// The block at counter (particle, fine step, component, stream) and key (seed, replica) yields the two uniforms of one
/// draw, in the order in which GSL asks for them. A particle therefore has the same noise in systems of every size, and
/// nothing depends on threads or on the order of the draws.
public final class RandomStream {
  /// The generator to hand to GSL's `gsl_ran_…` functions. It yields two uniforms after each `position`; a third is a
  /// programming error.
  public let generator: UnsafeMutablePointer<gsl_rng>
  private let state: UnsafeMutablePointer<TwoUniforms>
  private let seed: UInt32
  private var key: SIMD2<UInt32>

  /// The state that GSL's callbacks see.
  private struct TwoUniforms {
    var first = 0.5
    var second = 0.5
    var taken = 2
  }

  /// - Parameter seed: the study's seed; `replica` is set by `select`.
  public init(seed: UInt32) {
    self.seed = seed
    key = SIMD2(seed, 0)
    GSL.returnsStatuses
    generator = gsl_rng_alloc(Self.philoxType)
    state = generator.pointee.state.assumingMemoryBound(to: TwoUniforms.self)
  }

  deinit { gsl_rng_free(generator) }

  /// Turns to the numbers of one replica.
  public func select(replica: UInt32) { key = SIMD2(seed, replica) }

  /// Puts the generator on one counter: the next two uniforms are that block's.
  @inline(__always)
  public func position(particle: UInt32, step: UInt32, component: UInt32, purpose: StreamPurpose) {
    let uniforms = Philox.uniforms(counter: SIMD4(particle, step, component, purpose.rawValue), key: key)
    state.pointee = TwoUniforms(first: uniforms.first, second: uniforms.second, taken: 0)
  }

  /// The counter of a run of particles that begins with this one, for the vectorised draws.
  @inline(__always)
  func counter(particle: UInt32, step: UInt32, component: UInt32, purpose: StreamPurpose) -> mckean_counter {
    mckean_counter(
      particle: particle, step: step, component: component, stream: purpose.rawValue, seed: key[0], replica: key[1])
  }

  /// Philox4x32-10 registered as a generator type of GSL.
  private nonisolated(unsafe) static let philoxType: UnsafePointer<gsl_rng_type> = {
    func next(_ state: UnsafeMutableRawPointer?) -> Double {
      let uniforms = state!.assumingMemoryBound(to: TwoUniforms.self)
      precondition(uniforms.pointee.taken < 2, "one counter holds two uniforms")
      uniforms.pointee.taken += 1
      return uniforms.pointee.taken == 1 ? uniforms.pointee.first : uniforms.pointee.second
    }
    let type = UnsafeMutablePointer<gsl_rng_type>.allocate(capacity: 1)
    type.initialize(
      to: gsl_rng_type(
        name: UnsafePointer(strdup("philox4x32-10")), max: UInt(UInt32.max), min: 0,
        size: MemoryLayout<TwoUniforms>.size,
        set: { state, _ in state!.assumingMemoryBound(to: TwoUniforms.self).initialize(to: TwoUniforms()) },
        get: { state in UInt(next(state) * 0x1p32) },
        get_double: { state in next(state) }))
    return UnsafePointer(type)
  }()
}
