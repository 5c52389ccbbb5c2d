import McKeanVlasov
import Testing

@Suite struct ClaimTests {
  // MARK: - Margins

  @Test(
    arguments: [
      (nil, nil, 0.05), (-0.3, -0.3, 0.05), (-0.42, -0.42, 0.04), (-0.44, -0.44, 0.03), (-0.55001, -0.55001, 0.025005),
      (-0.46, nil, 0.05), (-0.549, nil, 0.05), (-0.5, nil, 0.05),
    ] as [(Double?, Double?, Double)])
  func marginIsHalfTheDistanceToTheAlternative(alternative: Double?, kept: Double?, margin: Double) {
    let claim = Claim(exponent: -0.5, alternative: alternative, source: "")
    #expect(claim.alternative == kept)
    #expect(abs(claim.margin - margin) < 1e-12)
  }

  /// A rate near 0 has a margin that leaves 0 out; that an error does not fall at all has the whole one.
  @Test(arguments: [(0, 0.05), (0.02, 0.01), (0.04, 0.02), (0.099, 0.0495), (0.1, 0.05), (0.2, 0.05)])
  func marginLeavesNoConvergenceOut(exponent: Double, margin: Double) {
    #expect(abs(Claim(exponent: exponent, source: "").margin - margin) < 1e-15)
    #expect(abs(Claim(exponent: -exponent, kind: .bound, source: "").margin - margin) < 1e-15)
    #expect(abs(Claim(exponent: exponent, alternative: 0, source: "").margin - margin) < 1e-15)
  }

  // MARK: - Claims of the models

  /// Whether a claim is that of a rate, with the given exponent and alternative.
  private static func agree(_ claim: Claim?, _ expected: [Double?]?) -> Bool {
    guard let claim, let expected else { return claim == nil && expected == nil }
    let alternativeAgrees =
      if let a = claim.alternative, let b = expected[1] { abs(a - b) < 1e-12 } else { claim.alternative == expected[1] }
    return claim.kind == .rate && abs(claim.exponent - expected[0]!) < 1e-12 && alternativeAgrees
      && !claim.source.isEmpty
  }

  private static func noise(_ alpha: Double?, scale: Double = 1) throws -> LevyNoise {
    try LevyNoise(law: alpha.map { .stable(alpha: $0) } ?? .brownian, scale: scale)
  }

  /// Features of linear growth: n^{-(1-1/α)} for 1 < α < 2, n^{-1/2} where the variance is finite; α nil is Brownian.
  private static let linear: [(Double?, [Double?]?)] = [
    (1.2, [-(1 - 1 / 1.2), -0.5]), (1.5, [-1 / 3.0, -0.5]), (1.8, [-(1 - 1 / 1.8), -0.5]),
    // 1 - 1/1.9 is within 0.05 of ½
    (1.9, [-(1 - 1 / 1.9), nil]), (2, [-0.5, nil]), (nil, [-0.5, nil]), (0.8, nil), (1, nil),
  ]
  /// Bounded features: n^{-1/2} for every α.
  private static let bounded: [(Double?, [Double?]?)] = [
    (0.8, [-0.5, nil]), (1.2, [-0.5, -(1 - 1 / 1.2)]), (1.5, [-0.5, -1 / 3.0]), (1.9, [-0.5, nil]), (2, [-0.5, nil]),
    (nil, [-0.5, nil]),
  ]

  @Test(arguments: linear)
  func chaosOfLinearFeatures(alpha: Double?, expected: [Double?]?) throws {
    let noise = try Self.noise(alpha)
    for model: any McKeanVlasovModel in [
      OrnsteinUhlenbeck(theta: 1, coupling: 1), try TestData.network(.relu), try TestData.network(.softplus),
    ] {
      for metric in Metric.ofPaths {
        // of the maximum over particles nothing is claimed in n
        let expected = metric == .particleMax ? nil : expected
        #expect(Self.agree(model.claim(on: metric, in: .n, noise: noise), expected))
      }
    }
  }

  @Test(arguments: bounded)
  func chaosOfBoundedFeatures(alpha: Double?, expected: [Double?]?) throws {
    let noise = try Self.noise(alpha)
    for model: any McKeanVlasovModel in [
      SineInteraction(theta: 1, coupling: 1), try TestData.network(.tanh), try TestData.network(.sigmoid),
      try TestData.network(.erf),
    ] {
      for metric in Metric.ofPaths {
        // of the maximum over particles nothing is claimed in n
        let expected = metric == .particleMax ? nil : expected
        #expect(Self.agree(model.claim(on: metric, in: .n, noise: noise), expected))
      }
    }
  }

  /// n^{-(1-1/α)} within the margin of n^0: a rate that could not be told from no convergence at all is not claimed.
  @Test func nothingIsClaimedOfARateWithinTheMarginOfNone() throws {
    let linear = OrnsteinUhlenbeck(theta: 1, coupling: 1)
    for (alpha, isClaimed) in [(1.01, false), (1.05, false), (1.06, true)] {
      let noise = try Self.noise(alpha)
      for claim in [
        linear.claim(on: .terminal, in: .n, noise: noise), Claim.law(.wasserstein1, of: linear, noise: noise),
        Claim.law(.kolmogorov, of: linear, noise: noise),
      ] {
        #expect((claim != nil) == isClaimed)
        if let claim { #expect(abs(claim.exponent + 1 - 1 / alpha) < 1e-12 && -claim.exponent > claim.margin) }
      }
      let bounded = SineInteraction(theta: 1, coupling: 1).claim(on: .terminal, in: .n, noise: noise)
      #expect(bounded?.exponent == -0.5)
    }
  }

  @Test func noInteractionNoClaim() throws {
    let noise = try Self.noise(1.5)
    #expect(OrnsteinUhlenbeck(theta: 1, coupling: 0).claim(on: .terminal, in: .n, noise: noise) == nil)
    #expect(SineInteraction(theta: 1, coupling: 0).claim(on: .terminal, in: .n, noise: noise) == nil)
  }

  /// The heavier of the tails of the noise and of the initial law counts.
  @Test func chaosWithAHeavyTailedInitialLaw() throws {
    let initial = InitialLaw.stable(try StableLaw(alpha: 1.25))
    let model = OrnsteinUhlenbeck(theta: 1, coupling: 1, initial: initial)
    for (alpha, scale) in [(1.6, 1.0), (2, 1), (1.1, 0)] {
      #expect(Self.agree(model.claim(on: .terminal, in: .n, noise: try Self.noise(alpha, scale: scale)), [-0.2, -0.5]))
    }
    #expect(
      Self.agree(model.claim(on: .terminal, in: .n, noise: try Self.noise(1.1)), [-(1 - 1 / 1.1), -0.5]))
  }

  private static func smoothModels() throws -> [any McKeanVlasovModel] {
    [
      OrnsteinUhlenbeck(theta: 1, coupling: 0), OrnsteinUhlenbeck(theta: 1, coupling: 1),
      SineInteraction(theta: 1, coupling: 1), try TestData.network(.tanh), try TestData.network(.softplus),
      try TestData.network(.sigmoid), try TestData.network(.erf),
    ]
  }

  /// Order 1 on the grid and min(1, 1/α) off it, each the other's rival where they differ enough; of the supremum in between
  /// no convergence with jumps, and no pure power without.
  @Test(
    arguments: [
      (0.8, [1, nil], [1, nil]), (1, [1, nil], [1, nil]), (1.02, [1, nil], [1 / 1.02, nil]),
      (1.2, [1, 1 / 1.2], [1 / 1.2, 1]), (1.5, [1, 1 / 1.5], [1 / 1.5, 1]), (2, [1, 0.5], [0.5, 1]),
      (nil, [1, 0.5], [0.5, 1]),
    ] as [(Double?, [Double?], [Double?])])
  func strongErrorOfSmoothDrifts(alpha: Double?, onGrid: [Double?], offGrid: [Double?]) throws {
    let noise = try Self.noise(alpha)
    for model in try Self.smoothModels() {
      for metric in [Metric.terminal, .gridSup, .particleMax, .terminalMedian, .gridSupMedian] {
        #expect(Self.agree(model.claim(on: metric, in: .dt, noise: noise), onGrid))
      }
      for metric in [Metric.offGrid, .offGridMedian] {
        #expect(Self.agree(model.claim(on: metric, in: .dt, noise: noise), offGrid))
      }
      let supremum = alpha.flatMap { $0 < 2 ? [0, 1 / $0] : nil }
      #expect(Self.agree(model.claim(on: .pathSup, in: .dt, noise: noise), supremum))
    }
  }

  @Test func strongErrorWithoutNoiseIsOfOrder1Everywhere() throws {
    for model in try Self.smoothModels() {
      for metric in Metric.ofPaths {
        #expect(Self.agree(model.claim(on: metric, in: .dt, noise: try Self.noise(1.5, scale: 0)), [1, nil]))
      }
    }
  }

  /// The scheme is exact at the grid points, and what is left is rounding; between them the noise is missed as ever.
  @Test func nothingIsClaimedOfRoundingWithoutADrift() throws {
    let models: [any McKeanVlasovModel] = [
      OrnsteinUhlenbeck(theta: 0, coupling: 0), SineInteraction(theta: 0, coupling: 0),
    ]
    for model in models {
      for metric in Metric.ofPaths {
        let claim = model.claim(on: metric, in: .dt, noise: try Self.noise(1.5))
        let expected: Double? =
          switch metric.pathError {
          case .offGrid: 1 / 1.5
          case .pathSup: 0
          default: nil
          }
        #expect(claim?.exponent == expected)
      }
    }
  }

  @Test func nothingIsClaimedOfADiscontinuousDrift() throws {
    for scale in [0.0, 1] {
      for metric in Metric.ofPaths {
        #expect(
          try TestData.network(.relu).claim(on: metric, in: .dt, noise: try Self.noise(1.5, scale: scale)) == nil)
      }
    }
  }

  /// Output weights with a power tail: the features are not bounded, and the constants of the strong error have no moments.
  @Test func nothingIsClaimedWithHeavyTailedOutputWeights() throws {
    let outputs = InitialLaw.stable(try StableLaw(alpha: 1.25))
    let model = try TestData.network(.tanh, outputInitial: outputs)
    #expect(model.featureGrowth == .linear)
    for variable in ConvergenceVariable.allCases {
      for metric in Metric.ofPaths {
        #expect(model.claim(on: metric, in: variable, noise: try Self.noise(1.7)) == nil)
      }
    }
  }
}
