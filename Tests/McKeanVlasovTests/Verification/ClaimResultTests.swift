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
