import Foundation

/// Particles on the line that feel the mean of their sines,
///
///     dX^i = (-θX^i + κ m) dt + σ dL^i,   m = (1/n) Σ_j sin X^j:
///
/// a nonlinear McKean–Vlasov system with a bounded feature, whose limit is known (docs/theory.md, section 6).
public struct SineInteraction: SinglePrecisionModel {
  public let name = "sine-interaction"
  /// θ, the rate of return to 0.
  public let theta: Double
  /// κ, the strength of the interaction.
  public let coupling: Double
  /// The law of X at time 0.
  public let initial: [InitialLaw]
  public let shape = ModelShape(components: 1, features: 1, scratch: 1)

  /// - Parameters:
  ///   - theta: θ, finite.
  ///   - coupling: κ, finite.
  ///   - initial: the law at time 0.
  public init(theta: Double, coupling: Double, initial: InitialLaw = .constant(0)) {
    (self.theta, self.coupling, self.initial) = (theta, coupling, [initial])
  }

  public var featureGrowth: FeatureGrowth { coupling == 0 ? .none : .bounded }

  public func addFeatures(
    of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Double>,
    scratch: inout MutableSpan<Double>
  ) {
    for i in block.indices { scratch[i] = block[i] }
    BlockMath.sin(&scratch)
    sums[0] += BlockMath.sum(scratch.span)
  }

  public func addFeatures(
    of block: Span<Float>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Float>,
    scratch: inout MutableSpan<Float>
  ) {
    for i in block.indices { scratch[i] = block[i] }
    BlockMath.sin(&scratch)
    sums[0] += BlockMath.sum(scratch.span)
  }

  public func drift(
    of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into drift: inout MutableSpan<Double>
  ) {
    setDrift(of: block, mean: prepared[0], into: &drift)
  }

  public func drift(
    of block: Span<Float>, prepared: Span<Float>, kept: Span<Float>, scratch: inout MutableSpan<Float>,
    into drift: inout MutableSpan<Float>
  ) {
    setDrift(of: block, mean: prepared[0], into: &drift)
  }

  private func setDrift<Scalar: ParticleScalar>(
    of block: Span<Scalar>, mean: Scalar, into drift: inout MutableSpan<Scalar>
  ) {
    let (theta, attraction) = (Scalar(theta), Scalar(coupling) * mean)
    for i in block.indices { drift[i] = -theta * block[i] + attraction }
  }

  public func claim(on metric: Metric, in variable: ConvergenceVariable, noise: LevyNoise) -> Claim? {
    switch variable {
    case .n: .chaos(on: metric, featureGrowth: featureGrowth, tailIndex: tailIndex(with: noise))
    case .dt: .strongEuler(on: metric, noise: noise, hasDrift: theta != 0 || coupling != 0)
    }
  }

  public func errorTailIndex(in variable: ConvergenceVariable, noise: LevyNoise) -> Double? {
    variable == .dt && theta != 0 ? tailIndex(with: noise) : nil
  }

  /// The Euler chain's own mean field. X_k = A_k X_0 + x_k + SαS(s_k) with A_k = (1-θη)^k, so
  ///
  ///     m_k = E sin X_k = Im[ e^{i x_k} E e^{i A_k X_0} ] exp(-s_k^α),
  ///     x_{k+1} = (1-θη) x_k + ηκ m_k,   s_{k+1}^α = |1-θη|^α s_k^α + γ^α,   γ the scale of one increment.
  public func exactFlow(noise: LevyNoise, step: Double, steps: Int) -> [Double]? {
    limitChain(noise: noise, step: step, steps: steps).flow
  }

  /// A_K X_0 + x_K + SαS(s_K).
  public func exactLaw(noise: LevyNoise, step: Double, steps: Int) -> LimitLaw? {
    let end = limitChain(noise: noise, step: step, steps: steps)
    return LimitLaw(
      initial: initial[0], factor: end.factor, location: end.location, scalePower: end.scalePower, alpha: noise.alpha)
  }

  /// m_0, …, m_{K-1}, and A_K, x_K, s_K^α.
  private func limitChain(noise: LevyNoise, step: Double, steps: Int)
    -> (flow: [Double], factor: Double, location: Double, scalePower: Double)
  {
    let contraction = 1 - theta * step
    let incrementPower = pow(noise.incrementScale(over: step), noise.alpha)
    var (location, scalePower, factor) = (0.0, 0.0, 1.0)
    let flow = (0..<steps).map { _ in
      let ofInitial = initial[0].characteristicFunction(at: factor)
      let mean =
        (sin(location) * ofInitial.real + cos(location) * ofInitial.imaginary) * exp(-scalePower)
      location = contraction * location + step * coupling * mean
      scalePower = pow(abs(contraction), noise.alpha) * scalePower + incrementPower
      factor *= contraction
      return mean
    }
    return (flow, factor, location, scalePower)
  }
}
