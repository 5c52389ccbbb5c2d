import Foundation

/// Particles in a double well that are attracted to their mean,
///
///     dX^i = (β (X^i - (X^i)³) - κ (X^i - m)) dt + σ dL^i,   m = (1/n) Σ_j X^j.
///
/// Euler's scheme explodes here: a jump to x is followed by one to -βΔt x³. Two schemes do not (docs/theory.md, section 10).
public struct DoubleWell: OneStepModel {
  /// How a step is taken.
  public enum Scheme: String, Sendable, CaseIterable {
    /// The exact flow Φ of the well, then the attraction: y = Φ(x), x ← y - κΔt (y - mean of y) + σΔL.
    case splitting
    /// x ← x + Δt b/(1 + Δt |b|) + σΔL: a step moves by at most 1, so a large jump does not come back.
    case tamed
  }

  public let name = "double-well"
  /// β > 0, the depth of the wells.
  public let barrier: Double
  /// κ, the attraction to the mean.
  public let coupling: Double
  /// How a step is taken.
  public let scheme: Scheme
  /// The law of the position at time 0.
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

  public func addFeatures(
    of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Double>,
    scratch: inout MutableSpan<Double>
  ) {
    switch scheme {
    case .splitting:
      // The flow of dx = β(x - x³) dt over a step: Φ(x) = x / √(e^{-2βΔt} + x² (1 - e^{-2βΔt})). Numerator and denominator
      // are divided by |x| beyond 1, where x² may overflow; the least number keeps Φ(0) = 0 where e^{-2βΔt} is 0.
      let decay = max(exp(-2 * barrier * step), .leastNormalMagnitude)
      let rest = -expm1(-2 * barrier * step)
      for i in block.indices {
        let inverse = 1 / max(abs(block[i]), 1)
        let x = block[i] * inverse
        kept[i] = x / (inverse * inverse * decay + x * x * rest).squareRoot()
      }
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
        // Δt b / (1 + Δt |b|); to rounding ±1 where b overflows
        let b = min(max(moved[i], -1e300), 1e300)
        moved[i] = block[i] + b / (1 / step + abs(b))
      }
    }
  }

  public func claim(on metric: Metric, in variable: ConvergenceVariable, noise: LevyNoise) -> Claim? {
    switch variable {
    case .n:
      return .chaos(
        on: metric, featureGrowth: featureGrowth, tailIndex: tailIndex(with: noise),
        boundedSource: "Sznitman coupling for the bounded map of a step; docs/theory.md 10.2",
        linearSource: "mean of variables with the noise's tail; docs/theory.md 10.4")
    case .dt:
      // The tamed scheme is there for comparison. Of the largest error on the grid, moments fall at rates of their own.
      guard scheme == .splitting, metric != .gridSup || noise.tailIndex == nil else { return nil }
      let isExact = noise.scale == 0 && (coupling == 0 || initial[0].onlyValue != nil)
      return .strongEuler(
        on: metric, noise: noise, hasDrift: !isExact,
        smoothSource: "smooth drift, each jump late by a part of a step; docs/theory.md 10.3")
    }
  }

  /// In n every moment is finite, because a step bounds what two systems can differ by; but where features are linear,
  /// those from α on fall at a rate of their own. In Δt a jump counts from the end of its step: of a late one, x comes back
  /// with the tail α + 2, and the error divided by Δt is cubic in it.
  public func errorTailIndex(in variable: ConvergenceVariable, noise: LevyNoise) -> Double? {
    switch (scheme, variable) {
    case (.splitting, .n): nil
    case (.splitting, .dt): noise.tailIndex.map { min($0, ($0 + 2) / 3) }
    case (.tamed, .n): coupling == 0 ? nil : tailIndex(with: noise)
    case (.tamed, .dt): tailIndex(with: noise)
    }
  }
}
