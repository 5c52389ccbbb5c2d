/// What makes draws of the uniforms.
public enum Sampler: String, Sendable, CaseIterable {
  /// The vectorised kernels: GSL's draw to rounding, draw by draw, many times faster.
  case vector
  /// GSL, the reference.
  case gsl
}
