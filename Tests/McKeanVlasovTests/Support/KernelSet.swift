import CStableKernels
import KernelClones
import McKeanVlasov

/// The kernels as one instruction set compiles them.
struct KernelSet: Sendable, CustomStringConvertible {
  typealias Function<Number> = @Sendable (UnsafeMutablePointer<Number>?, Int) -> Void

  let description: String
  let isSupported: Bool
  let uniform: @Sendable (UnsafeMutablePointer<Double>?, UnsafeMutablePointer<Double>?, Int, mckean_counter) -> Void
  let firstUniform: @Sendable (UnsafeMutablePointer<Double>?, Int, mckean_counter) -> Void
  let symmetric: @Sendable (UnsafeMutablePointer<Double>?, Int, mckean_counter, Double, Double) -> Void
  let symmetricSingle: @Sendable (UnsafeMutablePointer<Float>?, Int, mckean_counter, Double, Double) -> Void
  let positive: @Sendable (UnsafeMutablePointer<Double>?, Int, mckean_counter, Double) -> Void
  let addProducts:
    @Sendable (UnsafeMutablePointer<Double>?, UnsafePointer<Float>?, UnsafePointer<Float>?, Int, Int, Int) -> Void
  typealias Gradients<Number> =
    @Sendable (
      UnsafeMutablePointer<Number>?, UnsafePointer<Number>?, UnsafePointer<Number>?, UnsafePointer<Number>?,
      mckean_derivative, Int, Int, Int
    ) -> Void
  let gradients: Gradients<Double>
  let gradientsSingle: Gradients<Float>
  /// exp, tanh, sigmoid, sin, cos, ReLU.
  let functions: [Function<Double>]
  let singleFunctions: [Function<Float>]

  /// What the product calls: the best set that the processor has.
  static let product = KernelSet(
    description: "product", isSupported: true, uniform: { mckean_uniform_double($0, $1, $2, $3) },
    firstUniform: { mckean_first_uniform_double($0, $1, $2) },
    symmetric: { mckean_symmetric_stable_double($0, $1, $2, $3, $4) },
    symmetricSingle: { mckean_symmetric_stable_single($0, $1, $2, $3, $4) },
    positive: { mckean_positive_stable_double($0, $1, $2, $3) },
    addProducts: { mckean_add_products_single($0, $1, $2, $3, $4, $5) },
    gradients: { mckean_gradients_double($0, $1, $2, $3, $4, $5, $6, $7) },
    gradientsSingle: { mckean_gradients_single($0, $1, $2, $3, $4, $5, $6, $7) },
    functions: [
      { mckean_exp_double($0, $1) }, { mckean_tanh_double($0, $1) }, { mckean_sigmoid_double($0, $1) },
      { mckean_sin_double($0, $1) }, { mckean_cos_double($0, $1) }, { mckean_relu_double($0, $1) },
    ],
    singleFunctions: [
      { mckean_exp_single($0, $1) }, { mckean_tanh_single($0, $1) }, { mckean_sigmoid_single($0, $1) },
      { mckean_sin_single($0, $1) }, { mckean_cos_single($0, $1) }, { mckean_relu_single($0, $1) },
    ])

  static let baseline = KernelSet(
    description: "baseline", isSupported: true, uniform: { baseline_uniform_double($0, $1, $2, $3) },
    firstUniform: { baseline_first_uniform_double($0, $1, $2) },
    symmetric: { baseline_symmetric_stable_double($0, $1, $2, $3, $4) },
    symmetricSingle: { baseline_symmetric_stable_single($0, $1, $2, $3, $4) },
    positive: { baseline_positive_stable_double($0, $1, $2, $3) },
    addProducts: { baseline_add_products_single($0, $1, $2, $3, $4, $5) },
    gradients: { baseline_gradients_double($0, $1, $2, $3, $4, $5, $6, $7) },
    gradientsSingle: { baseline_gradients_single($0, $1, $2, $3, $4, $5, $6, $7) },
    functions: [
      { baseline_exp_double($0, $1) }, { baseline_tanh_double($0, $1) }, { baseline_sigmoid_double($0, $1) },
      { baseline_sin_double($0, $1) }, { baseline_cos_double($0, $1) }, { baseline_relu_double($0, $1) },
    ],
    singleFunctions: [
      { baseline_exp_single($0, $1) }, { baseline_tanh_single($0, $1) }, { baseline_sigmoid_single($0, $1) },
      { baseline_sin_single($0, $1) }, { baseline_cos_single($0, $1) }, { baseline_relu_single($0, $1) },
    ])

  static let v3 = KernelSet(
    description: "x86-64-v3", isSupported: kernel_clone_is_supported_v3() != 0,
    uniform: { v3_uniform_double($0, $1, $2, $3) }, firstUniform: { v3_first_uniform_double($0, $1, $2) },
    symmetric: { v3_symmetric_stable_double($0, $1, $2, $3, $4) },
    symmetricSingle: { v3_symmetric_stable_single($0, $1, $2, $3, $4) },
    positive: { v3_positive_stable_double($0, $1, $2, $3) },
    addProducts: { v3_add_products_single($0, $1, $2, $3, $4, $5) },
    gradients: { v3_gradients_double($0, $1, $2, $3, $4, $5, $6, $7) },
    gradientsSingle: { v3_gradients_single($0, $1, $2, $3, $4, $5, $6, $7) },
    functions: [
      { v3_exp_double($0, $1) }, { v3_tanh_double($0, $1) }, { v3_sigmoid_double($0, $1) },
      { v3_sin_double($0, $1) }, { v3_cos_double($0, $1) }, { v3_relu_double($0, $1) },
    ],
    singleFunctions: [
      { v3_exp_single($0, $1) }, { v3_tanh_single($0, $1) }, { v3_sigmoid_single($0, $1) }, { v3_sin_single($0, $1) },
      { v3_cos_single($0, $1) }, { v3_relu_single($0, $1) },
    ])

  static let v4 = KernelSet(
    description: "x86-64-v4", isSupported: kernel_clone_is_supported_v4() != 0,
    uniform: { v4_uniform_double($0, $1, $2, $3) }, firstUniform: { v4_first_uniform_double($0, $1, $2) },
    symmetric: { v4_symmetric_stable_double($0, $1, $2, $3, $4) },
    symmetricSingle: { v4_symmetric_stable_single($0, $1, $2, $3, $4) },
    positive: { v4_positive_stable_double($0, $1, $2, $3) },
    addProducts: { v4_add_products_single($0, $1, $2, $3, $4, $5) },
    gradients: { v4_gradients_double($0, $1, $2, $3, $4, $5, $6, $7) },
    gradientsSingle: { v4_gradients_single($0, $1, $2, $3, $4, $5, $6, $7) },
    functions: [
      { v4_exp_double($0, $1) }, { v4_tanh_double($0, $1) }, { v4_sigmoid_double($0, $1) },
      { v4_sin_double($0, $1) }, { v4_cos_double($0, $1) }, { v4_relu_double($0, $1) },
    ],
    singleFunctions: [
      { v4_exp_single($0, $1) }, { v4_tanh_single($0, $1) }, { v4_sigmoid_single($0, $1) }, { v4_sin_single($0, $1) },
      { v4_cos_single($0, $1) }, { v4_relu_single($0, $1) },
    ])
}

extension mckean_counter {
  init(particle: UInt32, step: UInt32 = 0, seed: UInt32) {
    self.init(particle: particle, step: step, component: 0, stream: 0, seed: seed, replica: 0)
  }

  /// The counter of the uniforms (k1 + 1/2) / 2^52 and (k2 + 1/2) / 2^52.
  init(k1: UInt64, k2: UInt64) {
    let key = SIMD2<UInt32>(17, 4)
    let words = SIMD4(k1 >> 20, k1 << 12, k2 >> 20, k2 << 12)
    let counter = Philox.counter(yielding: SIMD4(truncatingIfNeeded: words), key: key)
    self.init(
      particle: counter[0], step: counter[1], component: counter[2], stream: counter[3], seed: key[0], replica: key[1])
  }
}
