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
  /// Var Y_l, one replica: that of the sample, but from the third level on no less than (Δt_l/Δt_{l-1})² of the level before.
  ///
  /// Differences come from an error of first order in Δt, so that variances fall like Δt² at the fastest. Few replicas of a
  /// level where jumps are rare may have none, and nearly no variance; a level without replicas has what is foretold.
  package let variances: [Double]
  private let leastChange: Double
  private let steps: [Double]
  private let differences: [SampleMoments]

  /// - Parameters:
  ///   - samples: the replicas of each level, coarsest first.
  ///   - steps: Δt of each level; there may be more.
  ///   - leastChange: δ, of an observable that counts; 0 for others.
  package init(_ samples: [LevelSamples], steps: [Double], observable: Int, leastChange: Double = 0) {
    self.leastChange = leastChange
    differences = samples.map { $0.differences[observable] }
    self.steps = Array(steps.prefix(samples.count))
    let levels = samples.map { samples in
      let (values, differences) = (samples.values[observable], samples.differences[observable])
      return Level(
        replicas: values.count, value: values.mean, difference: differences.mean, valueVariance: values.variance,
        variance: differences.variance, kurtosis: differences.kurtosis)
    }
    var variances: [Double] = []
    for (l, level) in levels.enumerated() {
      let ratio = l > 1 ? steps[l] / steps[l - 1] : 0
      let least = ratio * ratio * (variances.last ?? 0)
      variances.append(level.replicas == 0 ? least : max(level.variance, least))
    }
    (self.levels, self.variances) = (levels, variances)
  }

  package var value: Double { levels.reduce(0) { $0 + $1.difference } }

  /// The levels are independent.
  package var standardError: Double {
    levels.indices.reduce(0) { $0 + squaredError(ofLevel: $1) }.squareRoot()
  }

  /// The variance of the mean of Y_l, (Var Y_l + 2δ²/N_l) / N_l.
  ///
  /// Of an event that no replica has seen the sample knows nothing, not even a variance: it is as if two more replicas had
  /// changed by δ, the least that the observable can change by.
  private func squaredError(ofLevel l: Int) -> Double {
    let replicas = Double(levels[l].replicas)
    return (variances[l] + 2 * leastChange * leastChange / replicas) / replicas
  }

  /// The replicas that each of so many levels needs for what it may not have seen to add no more than tolerance²/2 to the
  /// square of the standard error.
  package static func leastReplicas(leastChange: Double, levels: Int, tolerance: Double) -> Double {
    2 * leastChange * Double(levels).squareRoot() / tolerance
  }

  /// The largest of a level; nil where no level varies.
  package var kurtosis: Double? { levels.map(\.kurtosis).filter(\.isFinite).max() }

  /// |E g_L - E g| at the finest level L, as if the weak error were c Δt^a: the largest of what the differences of the last
  /// three levels foretell, each no smaller than its standard error.
  package var bias: Double {
    let last = levels.count - 1
    return (max(1, last - 2)...last).map { l in
      max(abs(levels[l].difference), squaredError(ofLevel: l).squareRoot()) * pow(steps[last], order)
        / (pow(steps[l - 1], order) - pow(steps[l], order))
    }.max()!
  }

  /// a: 1, the weak order of Euler's scheme, or the largest that the differences allow if that is smaller, but no less than
  /// 1/2; 1/2 where they are too few or too noisy to tell.
  ///
  /// The finest differences may be lost in noise, so the longest row of levels that has a slope is taken, and the upper end
  /// of its interval: an order below 1 is believed where the differences refute 1.
  package var order: Double {
    // the difference of two levels is the error of the coarser one
    let known = stride(from: levels.count - 1, to: 1, by: -1).lazy.compactMap { count in
      try? ConvergenceRate(
        abscissae: Array(self.steps.prefix(count)), differences: Array(self.differences.dropFirst().prefix(count)))
    }.first
    return min(1, max(0.5, known?.interval.upperBound ?? 0.5))
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
