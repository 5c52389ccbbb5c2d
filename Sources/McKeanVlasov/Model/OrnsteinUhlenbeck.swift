import Foundation

/// The linear mean-field Ornstein–Uhlenbeck system
///
///     dX^i = -(θX^i + κ(X^i - m)) dt + σ dL^i,   m = (1/n) Σ_j X^j,
///
/// in any dimension, coordinate by coordinate. Its laws, chaos errors and strong errors are known in closed form
/// (docs/theory.md, section 5), which makes it the system that the simulator itself is tested on.
public struct OrnsteinUhlenbeck: SinglePrecisionModel {
  public let name = "ornstein-uhlenbeck"
  /// θ, the rate of return to 0.
  public let theta: Double
  /// κ, the attraction to the mean.
  public let coupling: Double
  /// d components, each of which is a feature.
  public let shape: ModelShape
  /// The law of each coordinate at time 0.
  public let initial: [InitialLaw]

  /// - Parameters:
  ///   - theta: θ, finite.
  ///   - coupling: κ, finite.
  ///   - dimension: d ≥ 1.
  ///   - initial: the law of each coordinate at time 0.
  public init(theta: Double, coupling: Double, dimension: Int = 1, initial: InitialLaw = .constant(0)) {
    (self.theta, self.coupling) = (theta, coupling)
    shape = ModelShape(components: dimension, features: dimension)
    self.initial = Array(repeating: initial, count: dimension)
  }

  public var featureGrowth: FeatureGrowth { coupling == 0 ? .none : .linear }

  public func addFeatures(
    of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Double>,
    scratch: inout MutableSpan<Double>
  ) {
    let count = block.count / shape.components
    for c in 0..<shape.components { sums[c] += BlockMath.sum(block.extracting(c * count..<(c + 1) * count)) }
  }

  public func addFeatures(
    of block: Span<Float>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Float>,
    scratch: inout MutableSpan<Float>
  ) {
    let count = block.count / shape.components
    for c in 0..<shape.components { sums[c] += BlockMath.sum(block.extracting(c * count..<(c + 1) * count)) }
  }

  public func drift(
    of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into drift: inout MutableSpan<Double>
  ) {
    setDrift(of: block, mean: prepared, into: &drift)
  }

  public func drift(
    of block: Span<Float>, prepared: Span<Float>, kept: Span<Float>, scratch: inout MutableSpan<Float>,
    into drift: inout MutableSpan<Float>
  ) {
    setDrift(of: block, mean: prepared, into: &drift)
  }

  private func setDrift<Scalar: ParticleScalar>(
    of block: Span<Scalar>, mean: Span<Scalar>, into drift: inout MutableSpan<Scalar>
  ) {
    let count = block.count / shape.components
    let (theta, coupling) = (Scalar(theta), Scalar(coupling))
    for c in 0..<shape.components {
      let m = mean[c]
      for i in c * count..<(c + 1) * count { drift[i] = -(theta * block[i] + coupling * (block[i] - m)) }
    }
  }

  public func claim(on metric: Metric, in variable: ConvergenceVariable, noise: LevyNoise) -> Claim? {
    switch variable {
    case .n:
      .chaos(
        on: metric, featureGrowth: featureGrowth, tailIndex: tailIndex(with: noise),
        linearSource: "exact law of the linear system; docs/theory.md 5.3")
    case .dt: .strongEuler(on: metric, noise: noise, hasDrift: theta != 0 || coupling != 0)
    }
  }

  public func errorTailIndex(in variable: ConvergenceVariable, noise: LevyNoise) -> Double? {
    variable == .dt || coupling != 0 ? tailIndex(with: noise) : nil
  }

  /// E X_k = (1-θη)^k E X_0: attraction to the mean does not move the mean.
  public func exactFlow(noise: LevyNoise, step: Double, steps: Int) -> [Double]? {
    guard let mean = initial[0].mean else { return nil }
    return (0..<steps).flatMap { k in Array(repeating: pow(1 - theta * step, Double(k)) * mean, count: initial.count) }
  }

  /// X_K = A X_0 + (B - A) E X_0 + SαS(s) with a = θ + κ, A = (1-aη)^K, B = (1-θη)^K and
  /// s^α = γ^α Σ_{k<K} |1-aη|^{αk}, γ the scale of one increment; in one dimension.
  public func exactLaw(noise: LevyNoise, step: Double, steps: Int) -> LimitLaw? {
    guard shape.components == 1, let mean = coupling == 0 ? 0 : initial[0].mean else { return nil }
    let contraction = 1 - (theta + coupling) * step
    let factor = pow(contraction, Double(steps))
    let ratio = pow(abs(contraction), noise.alpha)
    let sum = (0..<steps).reduce((total: 0.0, term: 1.0)) { sum, _ in (sum.total + sum.term, sum.term * ratio) }.total
    return LimitLaw(
      initial: initial[0], factor: factor, location: (pow(1 - theta * step, Double(steps)) - factor) * mean,
      scalePower: pow(noise.incrementScale(over: step), noise.alpha) * sum, alpha: noise.alpha)
  }
}
