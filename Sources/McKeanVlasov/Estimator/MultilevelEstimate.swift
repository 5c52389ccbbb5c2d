import Foundation

/// An expectation from coupled levels: the telescoping sum E g_L = Σ_l E Y_l of one observable (docs/theory.md, section
/// 13.2).
///
/// Source: M. B. Giles, *Multilevel Monte Carlo methods*, Acta Numerica 24 (2015).
package struct MultilevelEstimate {
  /// What is known of one level.
  package struct Level {
    package let replicas: Int
    /// The mean of g_l and of Y_l.
    package let value, difference: Double
    /// Of g_l and of Y_l, one replica.
    package let valueVariance, variance: Double
    package let kurtosis: Double

    /// Of the mean of Y_l.
    package var standardError: Double { (variance / Double(replicas)).squareRoot() }
    fileprivate var valueError: Double { (valueVariance / Double(replicas)).squareRoot() }
  }

  /// Coarsest first.
  package let levels: [Level]

  /// - Parameters:
  ///   - samples: the replicas whose means are the estimate.
  ///   - pilots: other replicas of the same levels, from which variance and kurtosis are known better.
  package init(_ samples: [LevelSamples], pilots: [LevelSamples]? = nil, observable: Int) {
    levels = samples.indices.map { l in
      let (values, differences) = (samples[l].values[observable], samples[l].differences[observable])
      let allValues = pilots.map { $0[l].values[observable].pooled(with: values) } ?? values
      let allDifferences = pilots.map { $0[l].differences[observable].pooled(with: differences) } ?? differences
      return Level(
        replicas: values.count, value: values.mean, difference: differences.mean, valueVariance: allValues.variance,
        variance: allDifferences.variance, kurtosis: allDifferences.kurtosis)
    }
  }

  package var value: Double { levels.reduce(0) { $0 + $1.difference } }

  /// The levels are independent.
  package var standardError: Double { levels.reduce(0) { $0 + $1.variance / Double($1.replicas) }.squareRoot() }

  /// The largest of a level; nil where no level varies.
  package var kurtosis: Double? { levels.map(\.kurtosis).filter(\.isFinite).max() }

  /// |E g_l - E g| at a level above the coarsest, as if the weak error were c Δt^a: the largest of what the differences of
  /// the last three levels foretell.
  ///
  /// - Parameters:
  ///   - steps: Δt of each level.
  ///   - order: a.
  package func bias(level: Int, steps: [Double], order: Double) -> Double {
    (max(1, level - 2)...level).map { l in
      abs(levels[l].difference) * pow(steps[level], order) / (pow(steps[l - 1], order) - pow(steps[l], order))
    }.max()!
  }

  /// Whether two levels fit together: |mean g_l - mean g_{l-1} - mean Y_l| in units of three times the largest standard
  /// error that it can have; the first two means are of different replicas. Above 1 something is wrong. nil at the coarsest.
  package func consistency(level: Int) -> Double? {
    guard level > 0 else { return nil }
    let (fine, coarse) = (levels[level], levels[level - 1])
    let gap = abs(fine.value - coarse.value - fine.difference)
    return gap == 0 ? 0 : gap / (3 * (fine.valueError + coarse.valueError + fine.standardError))
  }

  /// The replicas of each level that bring the variance of the estimate to a number with the least cost,
  /// N_l = √(V_l/C_l) Σ_k √(V_k C_k) / variance.
  ///
  /// - Parameter costs: C_l, of one replica.
  package static func allocation(variances: [Double], costs: [Double], variance: Double) -> [Double] {
    let sum = zip(variances, costs).reduce(0) { $0 + ($1.0 * $1.1).squareRoot() }
    return zip(variances, costs).map { ($0 / $1).squareRoot() * sum / variance }
  }
}
