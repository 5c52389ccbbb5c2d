import CGSL
import McKeanVlasov
import Testing

/// What is said of a claim, and the suite as a list.
@Suite struct ClaimResultTests {
  private func result(_ test: VerifiedClaim.Test, _ evidence: Evidence, level: Double = 1e-4) throws
    -> ClaimResult
  {
    let claim = VerifiedClaim(
      name: "a", source: "b", model: "", noise: try LevyNoise(law: .brownian), metric: "c", p: nil, test: test)
    return ClaimResult(claim, evidence, level: level, seconds: 1)
  }

  @Test func exactLawIsViolatedBelowItsLevel() throws {
    #expect(try result(.exactLaw, .pValue(1e-4)).verdict == .agrees)
    #expect(try result(.exactLaw, .pValue(0.99e-4)).verdict == .violated)
    #expect(try result(.exactLaw, .missing("why")).verdict == .inconclusive)
  }

  /// The whole interval of the level within the margin, disjoint from it, or neither.
  @Test func equivalenceNeedsTheWholeInterval() throws {
    let quantile = gsl_cdf_tdist_Qinv(1e-4 / 2, 15)
    func verdict(_ value: Double, halfWidth: Double) throws -> Verdict {
      let result = try result(
        .equivalence(theory: -0.5, margin: 0.05),
        .estimate(value, standardError: halfWidth / quantile, freedom: 15))
      #expect(abs(result.interval!.upperBound - value - halfWidth) < 1e-12)
      return result.verdict
    }
    #expect(try verdict(-0.5, halfWidth: 0.049) == .agrees)
    #expect(try verdict(-0.5, halfWidth: 0.051) == .inconclusive)
    #expect(try verdict(-0.46, halfWidth: 0.011) == .inconclusive)
    #expect(try verdict(-0.54, halfWidth: 0.009) == .agrees)
    #expect(try verdict(-0.44, halfWidth: 0.009) == .violated)
    #expect(try verdict(-0.56, halfWidth: 0.011) == .inconclusive)
  }

  /// Without an end of freedom the interval is the normal one.
  @Test func intervalsOfManyNumbersAreNormal() throws {
    let result = try result(
      .equivalence(theory: 0, margin: 1), .estimate(0, standardError: 0.1, freedom: .infinity), level: 0.05)
    #expect(abs(result.interval!.upperBound - 0.1959964) < 1e-7)
  }

  /// A curve with a replica that was not finite, or without a rate, measures nothing.
  @Test func aCurveWithoutARateIsInconclusive() throws {
    func measurement(_ samples: [[Double]], nonFinite: Set<Int> = []) -> Evidence {
      Evidence(
        rateOf: ErrorCurve(
          metric: .terminal, p: 1, sweep: .chaos,
          levels: samples.indices.map { ErrorCurve.Level(particles: 8 << $0, steps: 1, step: 1) }, samples: samples,
          tailIndex: nil, nonFiniteReplicas: nonFinite))
    }
    let test = VerifiedClaim.Test.equivalence(theory: -1, margin: 0.5)
    let falling = [8.0, 4, 2, 1].map { [Double](repeating: $0, count: 32) }
    #expect(try result(test, measurement(falling)).verdict == .agrees)
    #expect(try result(test, measurement(falling, nonFinite: [3])).verdict == .inconclusive)
    let none = try result(test, measurement(falling.map { $0.map { _ in 0 } }))
    #expect(none.verdict == .inconclusive)
    #expect(none.problem?.contains("agree exactly") == true)
  }

  /// At level .05 the interval of a rate is that of the fit, and that of a mean Student's.
  @Test func evidenceHasTheIntervalOfItsFit() throws {
    let levels = (0..<4).map { ErrorCurve.Level(particles: 8 << $0, steps: 1, step: 1) }
    let samples = (0..<4).map { level in
      (0..<64).map { replica -> Double in
        let spread = Double((replica * 37 + level * 11) % 19)
        return 1 + spread / Double(level + 1)
      }
    }
    let curve = ErrorCurve(
      metric: .terminal, p: 1, sweep: .chaos, levels: levels, samples: samples, tailIndex: nil, nonFiniteReplicas: [])
    let rate = try ConvergenceRate(fitting: curve)
    let test = VerifiedClaim.Test.equivalence(theory: 0, margin: 9)
    let ofRate = try #require(try result(test, Evidence(rateOf: curve), level: 0.05).interval)
    #expect(abs(ofRate.lowerBound - rate.interval.lowerBound) < 1e-9)
    #expect(abs(ofRate.upperBound - rate.interval.upperBound) < 1e-9)
    // 1, 2, 3 over 2: mean 1, standard error √(1/3)/2, t_2 = 4.302653
    let ofMean = try #require(try result(test, Evidence(meanOf: [1, 2, 3], over: 2), level: 0.05).interval)
    #expect(abs(ofMean.upperBound - (1 + 4.302652730 * (1.0 / 3).squareRoot() / 2)) < 1e-8)
  }

  /// Two groups have noise of their own.
  @Test func groupsHaveSeedsOfTheirOwn() throws {
    let names = Set(try Verification().claims.map(\.name))
    #expect(Set(names.map { Verification.seed(of: $0, 1) }).count == names.count)
    #expect(Verification.seed(of: "a", 2) == Verification.seed(of: "a", 1) + 1)
  }

  /// Names are unique, sources are given, the quick suite is part of the full one, and levels share 1e-3.
  @Test func suiteIsWellFormed() throws {
    let (full, quick) = (try Verification(), try Verification(quick: true))
    let names = full.claims.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Set(quick.claims.map(\.name)).isStrictSubset(of: names))
    #expect(full.claims.allSatisfy { !$0.source.isEmpty && !$0.metric.isEmpty })
    for suite in [full, quick] {
      let exact = suite.claims.count { $0.test == .exactLaw }
      #expect(abs(suite.exactLawLevel * Double(exact) - 1e-3) < 1e-12)
      #expect(abs(suite.equivalenceLevel * Double(suite.claims.count - exact) - 1e-3) < 1e-12)
      #expect(try Verification(filter: "chaos/").exactLawLevel == full.exactLawLevel)
    }
  }
}
