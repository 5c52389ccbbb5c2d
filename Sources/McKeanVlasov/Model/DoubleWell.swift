import Foundation

/// Particles in a double well that are attracted to their mean,
///
///     dX^i = (β (X^i - (X^i)³) - κ (X^i - m)) dt + σ dL^i,   m = (1/n) Σ_j X^j.
///
/// Euler's scheme explodes here: a jump to x is followed by one to -βΔt x³. Two schemes do not (docs/theory.md, section 10).
public struct DoubleWell: OneStepModel {
  /// How a step is taken.
  public enum Scheme: String, Sendable, CaseIterable {
    /// Exact flow of the well, then the attraction: y = Φ_Δt(x), x' = y - κΔt (y - mean of y) + σΔL.
    case splitting
    /// x' = x + Δt b/(1 + Δt |b|) + σΔL: a step moves by at most 1, so a large jump does not come back.
    case tamed
  }

  public let name = "double-well"
  /// β > 0, the depth of the wells.
  public let barrier: Double
  /// κ, the attraction to the mean.
  public let coupling: Double
  public let scheme: Scheme
  public let initial: [InitialLaw]
  /// Keeps the position after the flow of the well.
  public let shape = ModelShape(components: 1, features: 1, kept: 1)
  /// Δt, set by `discretised(step:)`.
  private var step = 0.0

  /// - Parameters:
  ///   - barrier: β, finite and above 0.
  ///   - coupling: κ, finite.
  ///   - initial: the law at time 0.
  public init(
    barrier: Double, coupling: Double, scheme: Scheme = .splitting, initial: InitialLaw = .constant(0)
  ) {
    (self.barrier, self.coupling, self.scheme, self.initial) = (barrier, coupling, scheme, [initial])
  }

  public func discretised(step: Double) -> any OneStepModel {
    var model = self
    model.step = step
    return model
  }

  /// The splitting's feature Φ_Δt(x) is bounded, by (1 - e^{-2βΔt})^{-1/2}; the tamed scheme's is x.
  public var featureGrowth: FeatureGrowth { coupling == 0 ? .none : scheme == .splitting ? .bounded : .linear }

  /// The flow of dx = β(x - x³) dt over a step: Φ_Δt(x) = x e^{βΔt} / √(1 + x²(e^{2βΔt} - 1)).
  ///
  /// - Parameters: e^{βΔt} and e^{2βΔt} - 1.
  private static func flow(_ x: Double, growth: Double, excess: Double) -> Double {
    // beyond 1 divided by |x|, since x² may overflow
    let inverse = 1 / max(abs(x), 1)
    let scaled = x * inverse
    return scaled * growth / (inverse * inverse + scaled * scaled * excess).squareRoot()
  }

  public func addFeatures(
    of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Double>,
    scratch: inout MutableSpan<Double>
  ) {
    switch scheme {
    case .splitting:
      let (growth, excess) = (exp(barrier * step), expm1(2 * barrier * step))
      for i in block.indices { kept[i] = Self.flow(block[i], growth: growth, excess: excess) }
    case .tamed: for i in block.indices { kept[i] = block[i] }
    }
    sums[0] += BlockMath.sum(kept.span)
  }

  /// b(x, m) = β (x - x³) - κ (x - m).
  public func drift(
    of block: Span<Double>, prepared mean: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into drift: inout MutableSpan<Double>
  ) {
    for i in block.indices {
      let x = block[i]
      drift[i] = barrier * (x - x * x * x) - coupling * (x - mean[0])
    }
  }

  public func move(
    of block: Span<Double>, prepared mean: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into moved: inout MutableSpan<Double>
  ) {
    switch scheme {
    case .splitting:
      for i in block.indices { moved[i] = kept[i] - coupling * step * (kept[i] - mean[0]) }
    case .tamed:
      drift(of: block, prepared: mean, kept: kept, scratch: &scratch, into: &moved)
      for i in block.indices {
        // Δt b / (1 + Δt |b|) = ±1 to rounding where b overflows
        let b = moved[i]
        moved[i] = block[i] + (abs(b) < .infinity ? step * b / (1 + step * abs(b)) : b.sign == .minus ? -1 : 1)
      }
    }
  }

  public func claim(on metric: Metric, in variable: ConvergenceVariable, noise: LevyNoise) -> Claim? {
    switch variable {
    case .n:
      .chaos(
        on: metric, featureGrowth: featureGrowth, tailIndex: tailIndex(with: noise),
        linearSource: "mean of variables with tail index α; docs/theory.md 10")
    case .dt: .strongEuler(on: metric, noise: noise)
    }
  }

  /// In n every difference is bounded by what a step moves; in Δt the coarser path misses a jump of the last step.
  public func errorTailIndex(in variable: ConvergenceVariable, noise: LevyNoise) -> Double? {
    variable == .dt ? tailIndex(with: noise) : nil
  }
}
