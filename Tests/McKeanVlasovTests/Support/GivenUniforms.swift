import CGSL
import Foundation

/// A generator of GSL that yields two given uniforms, so that GSL can be asked for the draw of any of them.
final class GivenUniforms {
  let generator: UnsafeMutablePointer<gsl_rng>
  private let state: UnsafeMutablePointer<State>

  private struct State {
    var uniforms = SIMD2(0.5, 0.5)
    var taken = 0
  }

  init() {
    generator = gsl_rng_alloc(Self.type)
    state = generator.pointee.state.assumingMemoryBound(to: State.self)
  }

  deinit { gsl_rng_free(generator) }

  func set(_ first: Double, _ second: Double) { state.pointee = State(uniforms: SIMD2(first, second)) }

  private nonisolated(unsafe) static let type: UnsafePointer<gsl_rng_type> = {
    let type = UnsafeMutablePointer<gsl_rng_type>.allocate(capacity: 1)
    type.initialize(
      to: gsl_rng_type(
        name: UnsafePointer(strdup("given uniforms")), max: UInt(UInt32.max), min: 0, size: MemoryLayout<State>.size,
        set: { state, _ in state!.assumingMemoryBound(to: State.self).initialize(to: State()) },
        get: { _ in preconditionFailure("GSL's stable draws ask for uniforms") },
        get_double: { state in
          let state = state!.assumingMemoryBound(to: State.self)
          state.pointee.taken += 1
          return state.pointee.uniforms[state.pointee.taken - 1]
        }))
    return UnsafePointer(type)
  }()
}
