/// How an expectation is estimated.
public enum ExpectationMethod: String, Sendable, CaseIterable {
  /// Independent replicas of one system with a small step.
  case plain
  /// Multilevel Monte Carlo: many replicas with a large step, and few of the differences to smaller ones.
  case multilevel
}

/// What an expectation study yields.
public struct ExpectationResult: Sendable {
  /// In the order of tolerance, method, observable, n.
  public internal(set) var estimates: [Expectation] = []
  /// What is known of each level: from the convergence test, then for each tolerance from the replicas of its estimate.
  public internal(set) var levels: [ExpectationLevel] = []
  /// Weak orders from the convergence test: of each observable in Δt, for each n, then in n.
  public internal(set) var rates: [WeakRate] = []

  mutating func append(_ other: ExpectationResult) {
    estimates += other.estimates
    levels += other.levels
    rates += other.rates
  }
}

/// The estimate of E g(X_T) of one observable g and one n, in the limit of small steps.
public struct Expectation: Sendable {
  public let method: ExpectationMethod
  /// ε, the root-mean-square error asked for.
  public let tolerance: Double
  public let observable: Observable
  public let particles: Int
  /// Of the finest level.
  public let steps: Int
  /// Of all levels.
  public let replicas: Int
  /// nil where a replica was not finite.
  public let value: Double?
  public let standardError: Double
  /// The estimate of |E g_L - E g|, L the finest level.
  public let bias: Double
  /// Particle steps of these replicas. A multilevel estimate needs no others; a plain one has its finest level and its bias
  /// from the multilevel estimate at the same tolerance, whose cost is not in it.
  public let cost: Double
  /// The largest of a level; nil where no level varies.
  public let kurtosis: Double?
  /// The replicas of each level, coarsest first; one number with the plain method.
  public let replicasOfLevels: [Int]

  /// 95 %: the statistical error and the bias, added.
  public var interval: ClosedRange<Double>? {
    guard let value else { return nil }
    let halfWidth = NormalInterval.quantile * standardError + bias
    return value - halfWidth...value + halfWidth
  }

  /// √(standard error² + bias²).
  public var rootMeanSquareError: Double { (standardError * standardError + bias * bias).squareRoot() }
}

/// One level of a multilevel estimate, for one observable.
public struct ExpectationLevel: Sendable {
  /// nil for the convergence test.
  public let tolerance: Double?
  public let observable: Observable
  public let particles: Int
  public let steps: Int
  public let replicas: Int
  /// E g_l.
  public let value: Double
  /// E Y_l, its standard error, and the variance and kurtosis of Y_l; at the coarsest level Y_0 = g_0.
  public let difference: Double
  public let standardError: Double
  public let variance: Double
  public let kurtosis: Double
  /// Above 1 the levels do not fit together; nil at the coarsest.
  public let consistency: Double?
  /// Particle steps a replica.
  public let cost: Double
}

/// The rate of a weak error: |E g_n - E g| ≈ constant · variable^slope.
public struct WeakRate: Sendable {
  public let observable: Observable
  public let variable: ConvergenceVariable
  /// n of the systems, where the rate is one in Δt.
  public let particles: Int?
  public let rate: Result<ConvergenceRate, ConvergenceRate.Failure>
  public let claim: Claim?
  public let nonFiniteReplicas: Int

  public var fitted: ConvergenceRate? { try? rate.get() }
  public var verdict: Verdict? {
    claim.map { Verdict(of: $0, on: fitted, in: variable, nonFinite: nonFiniteReplicas) }
  }
}
