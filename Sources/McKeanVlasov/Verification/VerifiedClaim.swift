import CGSL
import Foundation

/// One claim of the convergence test suite: a row of `claims.csv`.
public struct VerifiedClaim: Sendable {
  /// How the claim is tested.
  public enum Test: Sendable, Hashable {
    /// A law that is known exactly: a p-value, uniform where it is right.
    case exactLaw
    /// A number: the interval of the measured one must lie within theory ± margin.
    case equivalence(theory: Double, margin: Double)
  }

  /// What it is called, unique: kind, what it is about, and what tells it from its neighbours.
  public let name: String
  /// Who states or derives it.
  public let source: String
  /// The model's name, empty for draws.
  public let model: String
  /// What drives the particles.
  public let noise: LevyNoise
  /// What is measured: a metric, or a word for it.
  public let metric: String
  /// The order of the moment, where there is one.
  public let p: Double?
  /// How it is tested.
  public let test: Test

  package init(
    name: String, source: String, model: String, noise: LevyNoise, metric: String, p: Double?, test: Test
  ) {
    (self.name, self.source, self.model, self.noise) = (name, source, model, noise)
    (self.metric, self.p, self.test) = (metric, p, test)
  }
}

/// What a simulation says of a claim.
package enum Evidence: Sendable {
  /// Of an exact law.
  case pValue(Double)
  /// The mean of independent groups with Student's distribution; without end of freedom the normal one.
  case estimate(Double, standardError: Double, freedom: Double)
  /// Why there is none.
  case missing(String)
}

extension Evidence {
  /// The slope of a curve over its groups of replicas.
  package init(rateOf curve: ErrorCurve) {
    guard curve.nonFiniteReplicas.isEmpty else {
      self = .missing("\(curve.nonFiniteReplicas.count) of \(curve.replicas) replicas are not finite")
      return
    }
    do {
      let rate = try ConvergenceRate(fitting: curve)
      let freedom = Double(ErrorCurve.groups(replicas: curve.replicas) - 1)
      let standardError = rate.halfWidth / gsl_cdf_tdist_Pinv(0.975, freedom)
      self = .estimate(rate.slope, standardError: standardError, freedom: freedom)
    } catch { self = .missing(error.rawValue) }
  }

  /// The mean of independent numbers, in units of what is expected.
  package init(meanOf values: [Double], over expected: Double = 1) {
    guard values.allSatisfy(\.isFinite) else {
      self = .missing("a state is not finite")
      return
    }
    var moments = SampleMoments()
    for value in values { moments.add(value) }
    self = .estimate(
      moments.mean / expected, standardError: moments.standardError / expected, freedom: Double(values.count - 1))
  }
}

/// A claim, what was measured, and the verdict.
public struct ClaimResult: Sendable {
  public let claim: VerifiedClaim
  /// Of an equivalence: what was measured.
  public let measured: Double?
  /// Of an equivalence: the interval that misses with probability `level`.
  public let interval: ClosedRange<Double>?
  /// Of an equivalence: the standard error of what was measured, and its degrees of freedom.
  package let standardError, freedom: Double?
  /// Of an exact law.
  public let pValue: Double?
  /// Of an exact law the probability with which a right one fails, of an equivalence that with which the interval misses.
  public let level: Double
  public let verdict: Verdict
  /// Why nothing could be measured.
  public let problem: String?
  /// Its share of the time of the simulation that it is taken from.
  public let seconds: Double

  package init(_ claim: VerifiedClaim, _ evidence: Evidence, level: Double, seconds: Double) {
    (self.claim, self.level, self.seconds) = (claim, level, seconds)
    switch (claim.test, evidence) {
    case (.exactLaw, .pValue(let p)):
      (measured, interval, pValue, problem) = (nil, nil, p, nil)
      (self.standardError, self.freedom) = (nil, nil)
      verdict = p >= level ? .agrees : .violated
    case (.equivalence(let theory, let margin), .estimate(let value, let standardError, let freedom)):
      let quantile =
        freedom.isFinite ? gsl_cdf_tdist_Qinv(level / 2, freedom) : gsl_cdf_ugaussian_Qinv(level / 2)
      let interval = value - quantile * standardError...value + quantile * standardError
      (measured, self.interval, pValue, problem) = (value, interval, nil, nil)
      (self.standardError, self.freedom) = (standardError, freedom)
      let allowed = theory - margin...theory + margin
      verdict =
        allowed.contains(interval.lowerBound) && allowed.contains(interval.upperBound)
        ? .agrees : allowed.overlaps(interval) ? .inconclusive : .violated
    case (_, .missing(let problem)):
      (measured, interval, pValue, verdict) = (nil, nil, nil, .inconclusive)
      (standardError, freedom) = (nil, nil)
      self.problem = problem
    case (.exactLaw, .estimate), (.equivalence, .pValue):
      preconditionFailure("\(claim.name) measures what its test does not take")
    }
  }
}
