import CStableKernels

/// Sums and elementary functions of whole blocks, several numbers at a time: what a model's inner loops are made of.
///
/// The functions are accurate to 4 units in the last place over the whole line, and their bits are the same on every
/// processor. Tests/McKeanVlasovTests/Kernels measures the errors.
public enum BlockMath {
  /// Σ values, accumulated in double precision in a fixed order: eight running sums, added at the end.
  ///
  /// One running sum would wait for each addition before the next.
  public static func sum(_ values: Span<Double>) -> Double {
    values.withUnsafeBufferPointer { sum($0) { $0 } }
  }

  public static func sum(_ values: Span<Float>) -> Double {
    values.withUnsafeBufferPointer { sum($0) { SIMD8<Double>($0) } }
  }

  @inline(__always)
  private static func sum<Scalar: ParticleScalar & SIMDScalar>(
    _ values: UnsafeBufferPointer<Scalar>, widened: (SIMD8<Scalar>) -> SIMD8<Double>
  ) -> Double {
    var sums = SIMD8<Double>()
    let whole = values.count / 8 * 8
    let bytes = UnsafeRawBufferPointer(values)
    for i in stride(from: 0, to: whole, by: 8) {
      sums += widened(
        bytes.loadUnaligned(fromByteOffset: i * MemoryLayout<Scalar>.stride, as: SIMD8<Scalar>.self))
    }
    for i in whole..<values.count { sums[i - whole] += Double(values[i]) }
    return sums.sum()
  }

  /// exp x of every value.
  public static func exp(_ values: inout MutableSpan<Double>) { apply(mckean_exp_double, &values) }
  public static func exp(_ values: inout MutableSpan<Float>) { apply(mckean_exp_single, &values) }

  /// tanh x of every value.
  public static func tanh(_ values: inout MutableSpan<Double>) { apply(mckean_tanh_double, &values) }
  public static func tanh(_ values: inout MutableSpan<Float>) { apply(mckean_tanh_single, &values) }

  /// 1/(1 + e^{-x}) of every value.
  public static func sigmoid(_ values: inout MutableSpan<Double>) { apply(mckean_sigmoid_double, &values) }
  public static func sigmoid(_ values: inout MutableSpan<Float>) { apply(mckean_sigmoid_single, &values) }

  /// sin x of every value.
  public static func sin(_ values: inout MutableSpan<Double>) { apply(mckean_sin_double, &values) }
  public static func sin(_ values: inout MutableSpan<Float>) { apply(mckean_sin_single, &values) }

  /// cos x of every value.
  public static func cos(_ values: inout MutableSpan<Double>) { apply(mckean_cos_double, &values) }
  public static func cos(_ values: inout MutableSpan<Float>) { apply(mckean_cos_single, &values) }

  private static func apply<Scalar>(
    _ kernel: (UnsafeMutablePointer<Scalar>?, Int) -> Void, _ values: inout MutableSpan<Scalar>
  ) {
    values.withUnsafeMutableBufferPointer { kernel($0.baseAddress, $0.count) }
  }
}
