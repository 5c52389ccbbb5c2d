import CStableKernels

/// The precision of the particle state. Estimators and mean-field sums are in double precision in any case.
public enum Precision: String, Sendable, CaseIterable {
  case double, single

  /// Bytes of a number.
  var bytes: Int { self == .double ? 8 : 4 }
}

/// `Double` or `Float`: the number type of a precision.
protocol ParticleScalar: BinaryFloatingPoint, Sendable {
  static var precision: Precision { get }
  /// SαS(scale) by the kernel, one draw for each counter from the first on.
  static func drawSymmetricStable(
    _ draws: UnsafeMutableBufferPointer<Self>, first: mckean_counter, alpha: Double, scale: Double)
}

extension Double: ParticleScalar {
  static var precision: Precision { .double }
  static func drawSymmetricStable(
    _ draws: UnsafeMutableBufferPointer<Double>, first: mckean_counter, alpha: Double, scale: Double
  ) {
    mckean_symmetric_stable_double(draws.baseAddress, draws.count, first, alpha, scale)
  }
}

extension Float: ParticleScalar {
  static var precision: Precision { .single }
  static func drawSymmetricStable(
    _ draws: UnsafeMutableBufferPointer<Float>, first: mckean_counter, alpha: Double, scale: Double
  ) {
    mckean_symmetric_stable_single(draws.baseAddress, draws.count, first, alpha, scale)
  }
}
