import CGSL
import Foundation
import McKeanVlasov

/// With what probability a right scheme fails an equivalence claim.
package struct Power: Sendable {
  package let claim: VerifiedClaim
  /// Over the seeds: the mean of what was measured, and the upper end of the 95 % interval of its standard deviation, from
  /// the standard errors.
  package let mean, standardError: Double
  /// The probability that the interval is not inside the margin, in the full suite, and in the quick one where it is part of
  /// it: nominal, for a normal law with the largest standard deviation.
  package let failure: Double
  package let failureOfQuick: Double?

  /// Of every equivalence claim whose measurement varies, from the seeds 1 to `seeds` of the full suite.
  package static func ofClaims(seeds: Int) throws -> [Power] {
    var all: [String: [ClaimResult]] = [:]
    let (full, quick) = (try Verification(), try Verification(quick: true))
    for seed in 1...UInt32(seeds) {
      for result in try full.run(seed: seed) where result.standardError ?? 0 > 0 {
        all[result.claim.name, default: []].append(result)
      }
    }
    let namesOfQuick = Set(quick.claims.map(\.name))
    return full.claims.compactMap { claim in
      all[claim.name].map {
        Power(
          claim, $0, level: full.equivalenceLevel,
          levelOfQuick: namesOfQuick.contains(claim.name) ? quick.equivalenceLevel : nil)
      }
    }
  }

  private init(_ claim: VerifiedClaim, _ results: [ClaimResult], level: Double, levelOfQuick: Double?) {
    guard case .equivalence(let theory, let margin) = claim.test else {
      preconditionFailure("an exact law has no margin")
    }
    let count = Double(results.count)
    self.claim = claim
    mean = results.reduce(0) { $0 + $1.measured! } / count
    let freedom = results[0].freedom!
    let squares = results.reduce(0) { $0 + $1.standardError! * $1.standardError! }
    standardError = (squares * freedom / TailIndex.chiSquareQuantile(0.025, freedom: count * freedom)).squareRoot()
    let (error, distance) = (standardError, abs(mean - theory))
    func failure(_ level: Double) -> Double {
      Self.failure(distance: distance / error, margin: margin / error, level: level, freedom: freedom)
    }
    self.failure = failure(level)
    failureOfQuick = levelOfQuick.map(failure)
  }

  /// P(|δ + Z| + q S > M), all in standard errors: Z normal, S² = χ²_f / f independent of it, q Student's quantile.
  package static func failure(distance: Double, margin: Double, level: Double, freedom: Double) -> Double {
    func given(_ spread: Double, _ quantile: Double) -> Double {
      let left = margin - quantile * spread
      guard left > 0 else { return 1 }
      return gsl_cdf_ugaussian_Q(left - distance) + gsl_cdf_ugaussian_Q(left + distance)
    }
    // the normal law in place of Student's where the groups are many
    guard freedom < 1000 else { return given(1, gsl_cdf_ugaussian_Qinv(level / 2)) }
    let quantile = gsl_cdf_tdist_Qinv(level / 2, freedom)
    let spacing = 0.001
    return (1...4000).reduce(0.0) { sum, k in
      let s = spacing * Double(k)
      return sum + given(s, quantile) * gsl_ran_chisq_pdf(freedom * s * s, freedom) * 2 * freedom * s * spacing
    }
  }
}
