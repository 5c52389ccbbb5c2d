import CGSL
import Foundation

/// An error over a ladder of levels, or over the grid of a ladder in n and one in the step, replica by replica.
public struct ErrorCurve: Sendable {
  /// One level of the ladder.
  public struct Level: Sendable, Hashable {
    /// n.
    public let particles: Int
    /// Steps to the horizon.
    public let steps: Int
    /// Δt.
    public let step: Double

    package init(particles: Int, steps: Int, step: Double) {
      (self.particles, self.steps, self.step) = (particles, steps, step)
    }
  }

  /// The estimate of one level: (E|e|^p)^{1/p}, or the median, with a 95 % interval where there is one.
  public struct Estimate: Sendable, Hashable {
    /// In the units of the error; not a number where no replica is finite.
    public let value: Double
    /// 95 %; nil where none keeps its level.
    public let interval: ClosedRange<Double>?
    /// What the value is.
    public let estimator: Estimator
  }

  /// What a value is.
  public enum Estimator: String, Sendable {
    case mean, median
    case geometricMean = "geometric-mean"
    /// The error's 2p-th moment is infinite, and no interval for the value keeps its level.
    case meanNoInterval = "mean-no-interval"
  }

  /// What is measured.
  public let metric: Metric
  /// The order of the moment; nil for a median or a geometric mean.
  public let p: Double?
  /// What varies from level to level.
  public let sweep: Sweep
  /// Coarsest first; of a joint sweep n by n, and each with the coarsest step first.
  public let levels: [Level]
  /// `samples[level][replica]`: the mean over particles of |e^i|^p, or their median.
  public let samples: [[Double]]
  /// The error's tail index, nil where all its moments are finite.
  public let tailIndex: Double?
  /// A sample of the errors of the finest level, for the index of their tail: |e^i| of a few particles of each finite replica,
  /// or the distance of each. Empty but for the first p, and of medians, maxima and surfaces.
  public let errors: [Double]
  /// Whether the levels are all measured against one reference, or each against the same multiple of itself.
  public let hasOneFactor: Bool
  /// The replicas with a state that is not finite at some level: left out at every level.
  public let nonFiniteReplicas: Set<Int>

  package init(
    metric: Metric, p: Double?, sweep: Sweep, levels: [Level], samples: [[Double]],
    tailIndex: Double?, errors: [Double] = [], hasOneFactor: Bool = true, nonFiniteReplicas: Set<Int>
  ) {
    (self.metric, self.p, self.sweep, self.levels, self.samples) = (metric, p, sweep, levels, samples)
    (self.tailIndex, self.errors) = (tailIndex, errors)
    (self.hasOneFactor, self.nonFiniteReplicas) = (hasOneFactor, nonFiniteReplicas)
  }

  /// Whether the values have intervals: not where the 2p-th moment of the error is infinite.
  public var hasIntervals: Bool {
    guard let p, let tailIndex else { return true }
    return p < tailIndex / 2
  }

  /// Replicas dealt out.
  public var replicas: Int { samples[0].count }

  /// The variable that a chaos or strong study sweeps; the first of the two of a joint one.
  public var variable: ConvergenceVariable { sweep.variables[0] }
  /// The value of the variable at each level: n or Δt.
  public var abscissae: [Double] { levels.map { variable == .n ? Double($0.particles) : $0.step } }

  // MARK: - Groups

  /// G: 16, or half the replicas below 32. Replica r belongs to group r mod G.
  ///
  /// A t-statistic over a few groups keeps its level under heavy tails: R. Ibragimov, U. K. Müller, *t-statistic based
  /// correlation and heterogeneity robust inference*, J. Bus. Econ. Stat. 28 (2010); docs/theory.md, section 8.
  public static func groups(replicas: Int) -> Int { replicas >= 32 ? 16 : replicas / 2 }

  /// The statistic of the level over the given replicas: (mean)^{1/p}, or the median, or the geometric mean.
  private func statistic(_ level: Int, _ replicas: [Int]) -> Double {
    var values = replicas.map { samples[level][$0] }
    if Metric.ofPruning.contains(metric) { return exp(values.reduce(0) { $0 + log($1) } / Double(values.count)) }
    guard let p else { return gsl_stats_median(&values, 1, values.count) }
    return pow(values.reduce(0, +) / Double(values.count), 1 / p)
  }

  private var finiteReplicas: [Int] { (0..<replicas).filter { !nonFiniteReplicas.contains($0) } }

  /// The finite replicas of each group; a group without any is left out.
  private var groups: [[Int]] {
    let count = Self.groups(replicas: replicas)
    let members = Dictionary(grouping: finiteReplicas) { $0 % count }
    return (0..<count).compactMap { members[$0] }
  }

  /// `groupValues[group][level]`.
  public var groupValues: [[Double]] {
    groups.map { group in levels.indices.map { statistic($0, group) } }
  }

  /// The estimates, level by level; not a number where no replica is finite.
  ///
  /// The interval is exp(log value ± t_{G-1} s/√G), s the standard deviation of the groups' log values.
  public func estimates() -> [Estimate] {
    let groups = groupValues
    let all = finiteReplicas
    let estimator: Estimator =
      Metric.ofPruning.contains(metric)
      ? .geometricMean : p == nil ? .median : hasIntervals ? .mean : .meanNoInterval
    return levels.indices.map { level in
      guard !all.isEmpty else { return Estimate(value: .nan, interval: nil, estimator: estimator) }
      let value = statistic(level, all)
      guard hasIntervals, let spread = StudentInterval(groups.map { log($0[level]) })?.halfWidth, spread.isFinite
      else { return Estimate(value: value, interval: nil, estimator: estimator) }
      return Estimate(value: value, interval: value * exp(-spread)...value * exp(spread), estimator: estimator)
    }
  }
}

/// The mean of a few independent numbers and its Student-t interval.
struct StudentInterval {
  let mean: Double
  let halfWidth: Double
  /// Two-sided p-value of the hypothesis that the mean is 0.
  let pValueOfZero: Double

  /// mean ± half-width.
  var interval: ClosedRange<Double> { mean - halfWidth...mean + halfWidth }

  /// Nil for fewer than two numbers.
  init?(_ values: [Double], level: Double = 0.95) {
    guard values.count > 1 else { return nil }
    mean = gsl_stats_mean(values, 1, values.count)
    let error = gsl_stats_sd(values, 1, values.count) / Double(values.count).squareRoot()
    let freedom = Double(values.count - 1)
    halfWidth = gsl_cdf_tdist_Pinv(0.5 + level / 2, freedom) * error
    pValueOfZero = error > 0 ? 2 * gsl_cdf_tdist_Q(abs(mean) / error, freedom) : mean == 0 ? 1 : 0
  }
}
