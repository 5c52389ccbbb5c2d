/// What a theorem says of an error's rate.
public struct Claim: Sendable, Hashable {
  /// How an error is claimed to fall.
  public enum Kind: String, Sendable, CaseIterable {
    /// The error falls exactly so fast.
    case rate
    /// The error falls at least so fast.
    case bound
  }

  /// The exponent of n (negative) or of Δt (positive).
  public let exponent: Double
  /// Whether the exponent is attained, or a bound.
  public let kind: Kind
  /// The nearest rival exponent that a verdict must tell apart.
  public let alternative: Double?
  /// Who states or derives it.
  public let source: String

  /// Exponents nearer to each other than this cannot be told apart.
  public static let margin = 0.05

  /// - Parameters:
  ///   - exponent: of n, not above 0, or of Δt, not below 0.
  ///   - alternative: the rival to tell apart; left out where it is nearer than `margin`.
  ///   - source: as tables give it.
  public init(exponent: Double, kind: Kind = .rate, alternative: Double? = nil, source: String) {
    self.exponent = exponent
    self.kind = kind
    self.alternative = alternative.flatMap { abs($0 - exponent) < Self.margin ? nil : $0 }
    self.source = source
  }

  /// The margin of the equivalence test: 0.05, or half the distance to the alternative if that is smaller, or half the
  /// exponent itself: a claim that an error falls must not hold of one that does not.
  public var margin: Double {
    let rivals = [alternative, exponent == 0 ? nil : 0].compactMap { $0 }
    return rivals.reduce(Self.margin) { min($0, abs($1 - exponent) / 2) }
  }

  /// -(1 - 1/α), how fast the mean of n numbers with a tail index α in (1, 2) approaches its limit; nil for others, and within
  /// 0.05 of 0, where slopes of a few levels are further from it than it is from no convergence.
  private static func heavyTailed(_ tailIndex: Double?) -> Double? {
    tailIndex.flatMap { 1 - 1 / $0 > margin ? -(1 - 1 / $0) : nil }
  }

  /// Propagation of chaos: how fast the n-particle system approaches its limit.
  ///
  /// n^{-1/2} for bounded Lipschitz features, whatever α is; n^{-(1-1/α)} for features of linear growth whose tail index
  /// α is in (1, 2) and not so near 1 that this is within 0.05 of 0. Of the maximum over particles nothing is claimed: the
  /// union bound costs n^{1/p}, the truth less.
  ///
  /// - Parameters:
  ///   - tailIndex: of the particles, nil where all their moments are finite.
  ///   - boundedSource: who states the rate for bounded features.
  ///   - linearSource: who states the rate for features of linear growth.
  static func chaos(
    on metric: Metric, featureGrowth: FeatureGrowth, tailIndex: Double?,
    boundedSource: String = "Sznitman coupling for bounded Lipschitz features; docs/theory.md 3.1",
    linearSource: String = ""
  ) -> Claim? {
    guard metric != .particleMax else { return nil }
    let heavy = heavyTailed(tailIndex)
    switch featureGrowth {
    case .none: return nil
    case .bounded: return Claim(exponent: -0.5, alternative: heavy, source: boundedSource)
    case .linear:
      guard tailIndex != nil else { return Claim(exponent: -0.5, source: linearSource) }
      return heavy.map { Claim(exponent: $0, alternative: -0.5, source: linearSource) }
    }
  }

  /// How fast the law of n particles approaches the limit law: the errors of sampling and of chaos together
  /// (docs/theory.md, section 14.2).
  ///
  /// Sampling alone is n^{-1/2}; in Wasserstein's distance of laws with a tail index α in (1, 2) it is n^{-(1-1/α)}.
  ///
  /// - Parameter distance: of `Metric.ofLaws`.
  package static func law(_ distance: Metric, of model: any McKeanVlasovModel, noise: LevyNoise) -> Claim? {
    if distance == .wasserstein1 {
      // what a step of its own confines has thinner tails than its noise
      guard !(model is any OneStepModel) else { return nil }
      let source = "extremes of a sample; docs/theory.md 14.2"
      guard let tailIndex = model.tailIndex(with: noise) else { return Claim(exponent: -0.5, source: source) }
      return heavyTailed(tailIndex).map { Claim(exponent: $0, alternative: -0.5, source: source) }
    }
    let chaos = model.featureGrowth == .none ? -0.5 : model.claim(on: .terminal, in: .n, noise: noise)?.exponent
    if chaos == -0.5 { return Claim(exponent: -0.5, source: "sampling and chaos alike; docs/theory.md 14.2") }
    return chaos.map {
      Claim(exponent: $0, kind: .bound, source: "chaos, slower than sampling; docs/theory.md 14.2")
    }
  }

  /// The relative error of n independent increments of which a fixed fraction is kept: n^{-(1/α - 1/2)}, and no convergence
  /// for α = 2.
  static func pruning(of metric: Metric, noise: LevyNoise) -> Claim? {
    guard metric == .noiseRelativeError, noise.scale > 0 else { return nil }
    return Claim(
      exponent: noise.alpha < 2 ? 0.5 - 1 / noise.alpha : 0,
      source: "order statistics of heavy tails; docs/theory.md 17.3"
    )
  }

  /// The strong error of Euler's scheme with additive noise and a smooth drift.
  ///
  /// Order 1 at the grid points for every α; order min(1, 1/α) between them, where the path is held constant and misses
  /// the noise of half a step.
  ///
  /// - Parameters:
  ///   - hasDrift: without a drift the scheme is exact at the grid points, and nothing is claimed of rounding.
  ///   - smoothSource: who states order 1 at the grid points.
  static func strongEuler(
    on metric: Metric, noise: LevyNoise, hasDrift: Bool = true,
    smoothSource: String = "smooth drift; docs/theory.md 4.1"
  ) -> Claim? {
    // the largest jump that falls between two grid points does not shrink with the step
    if metric == .pathSup, noise.tailIndex != nil {
      return Claim(exponent: 0, alternative: 1 / noise.alpha, source: "the largest jump; docs/theory.md 15")
    }
    if metric == .pathSup, noise.scale > 0 { return nil }
    let betweenGridPoints = noise.scale > 0 && noise.alpha > 1 ? 1 / noise.alpha : nil
    if metric.pathError == .offGrid, let betweenGridPoints {
      return Claim(
        exponent: betweenGridPoints, alternative: 1,
        source: "noise of half a step; docs/theory.md 4.2")
    }
    guard hasDrift else { return nil }
    return Claim(
      exponent: 1, alternative: betweenGridPoints,
      source: noise.scale == 0 ? "Euler's scheme without noise; docs/theory.md 4.1" : smoothSource)
  }
}
