import CGSL
import CStableKernels

/// What a network needs of a number type: matrix products by OpenBLAS, and the functions of activations and losses.
///
/// Matrices are row-major and packed tight.
protocol NetworkScalar: ParticleScalar {
  /// product (rows × columns) = left (rows × inner) · right (inner × columns), either of them stored transposed.
  static func multiply(
    _ left: UnsafePointer<Self>, isTransposed: Bool, _ right: UnsafePointer<Self>, isRightTransposed: Bool, rows: Int,
    inner: Int, columns: Int, into product: UnsafeMutablePointer<Self>)
  /// sums (rows × columns) += left (rows × inner) · right (inner × columns), accumulated in double precision.
  static func addProducts(
    _ left: UnsafePointer<Self>, _ right: UnsafePointer<Self>, rows: Int, inner: Int, columns: Int,
    to sums: UnsafeMutablePointer<Double>)
  /// gradients (neurons × points) = (weightsᵀ (neurons × outputs) · residuals (outputs × points)) ∘ ψ', the derivatives
  /// those that the kept values have.
  static func setGradients(
    _ gradients: UnsafeMutablePointer<Self>, weights: UnsafePointer<Self>, residuals: UnsafePointer<Self>,
    kept values: UnsafePointer<Self>, _ derivative: mckean_derivative, neurons: Int, outputs: Int, points: Int)
  static func exp(_ values: UnsafeMutableBufferPointer<Self>)
  static func tanh(_ values: UnsafeMutableBufferPointer<Self>)
  static func sigmoid(_ values: UnsafeMutableBufferPointer<Self>)
  static func relu(_ values: UnsafeMutableBufferPointer<Self>)
}

extension Double: NetworkScalar {
  static func multiply(
    _ left: UnsafePointer<Double>, isTransposed: Bool, _ right: UnsafePointer<Double>, isRightTransposed: Bool,
    rows: Int, inner: Int, columns: Int, into product: UnsafeMutablePointer<Double>
  ) {
    cblas_dgemm(
      CblasRowMajor, isTransposed ? CblasTrans : CblasNoTrans, isRightTransposed ? CblasTrans : CblasNoTrans,
      Int32(rows), Int32(columns), Int32(inner), 1, left, Int32(isTransposed ? rows : inner), right,
      Int32(isRightTransposed ? inner : columns), 0, product, Int32(columns))
  }

  static func addProducts(
    _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, rows: Int, inner: Int, columns: Int,
    to sums: UnsafeMutablePointer<Double>
  ) {
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(inner), 1, left, Int32(inner),
      right, Int32(columns), 1, sums, Int32(columns))
  }

  static func setGradients(
    _ gradients: UnsafeMutablePointer<Double>, weights: UnsafePointer<Double>, residuals: UnsafePointer<Double>,
    kept values: UnsafePointer<Double>, _ derivative: mckean_derivative, neurons: Int, outputs: Int, points: Int
  ) { mckean_gradients_double(gradients, weights, residuals, values, derivative, neurons, outputs, points) }

  static func exp(_ values: UnsafeMutableBufferPointer<Double>) { mckean_exp_double(values.baseAddress, values.count) }
  static func tanh(_ values: UnsafeMutableBufferPointer<Double>) {
    mckean_tanh_double(values.baseAddress, values.count)
  }
  static func sigmoid(_ values: UnsafeMutableBufferPointer<Double>) {
    mckean_sigmoid_double(values.baseAddress, values.count)
  }
  static func relu(_ values: UnsafeMutableBufferPointer<Double>) {
    mckean_relu_double(values.baseAddress, values.count)
  }
}

extension Float: NetworkScalar {
  static func multiply(
    _ left: UnsafePointer<Float>, isTransposed: Bool, _ right: UnsafePointer<Float>, isRightTransposed: Bool, rows: Int,
    inner: Int, columns: Int, into product: UnsafeMutablePointer<Float>
  ) {
    cblas_sgemm(
      CblasRowMajor, isTransposed ? CblasTrans : CblasNoTrans, isRightTransposed ? CblasTrans : CblasNoTrans,
      Int32(rows), Int32(columns), Int32(inner), 1, left, Int32(isTransposed ? rows : inner), right,
      Int32(isRightTransposed ? inner : columns), 0, product, Int32(columns))
  }

  static func addProducts(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, rows: Int, inner: Int, columns: Int,
    to sums: UnsafeMutablePointer<Double>
  ) {
    mckean_add_products_single(sums, left, right, rows, inner, columns)
  }

  static func setGradients(
    _ gradients: UnsafeMutablePointer<Float>, weights: UnsafePointer<Float>, residuals: UnsafePointer<Float>,
    kept values: UnsafePointer<Float>, _ derivative: mckean_derivative, neurons: Int, outputs: Int, points: Int
  ) { mckean_gradients_single(gradients, weights, residuals, values, derivative, neurons, outputs, points) }

  static func exp(_ values: UnsafeMutableBufferPointer<Float>) { mckean_exp_single(values.baseAddress, values.count) }
  static func tanh(_ values: UnsafeMutableBufferPointer<Float>) { mckean_tanh_single(values.baseAddress, values.count) }
  static func sigmoid(_ values: UnsafeMutableBufferPointer<Float>) {
    mckean_sigmoid_single(values.baseAddress, values.count)
  }
  static func relu(_ values: UnsafeMutableBufferPointer<Float>) { mckean_relu_single(values.baseAddress, values.count) }
}
