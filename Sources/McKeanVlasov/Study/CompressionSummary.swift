import CGSL

/// What the replicas of one width, noise and pruning say together.
public struct CompressionSummary: Sendable {
  /// Median, range, mean and standard deviation of numbers, at least one.
  public struct Spread: Sendable {
    public let median, smallest, largest, mean: Double
    /// nil of one number.
    public let deviation: Double?

    /// nil without numbers.
    init?(_ numbers: [Double]) {
      guard !numbers.isEmpty else { return nil }
      var sorted = numbers.sorted()
      (smallest, largest) = (sorted[0], sorted.last!)
      median = gsl_stats_median_from_sorted_data(&sorted, 1, sorted.count)
      mean = gsl_stats_mean(sorted, 1, sorted.count)
      deviation = sorted.count > 1 ? gsl_stats_sd(sorted, 1, sorted.count) : nil
    }
  }

  public let label: CurveLabel
  public let particles: Int
  public let pruning: CompressibilityStudy.Pruning
  public let replicas: Int
  /// Systems that are no longer finite.
  public let nonFinite: Int
  /// Systems of which more than nine tenths are pruned by their norm: one jump has nearly all of it.
  public let collapsed: Int
  /// Of each replica; nil of one that is no longer finite.
  public let prunedFractions: [Double?]
  /// The same of the controls.
  public let baselinePrunedFractions: [Double?]
  /// Over the finite replicas, as the medians are.
  public let prunedFraction: Spread?
  public let stepsMedian, baselineMedian, noiseMedian, relativeErrorMedian: Double?
  public let trainAccuracyBeforeMedian, trainAccuracyAfterMedian: Double?
  public let testAccuracyBeforeMedian, testAccuracyAfterMedian: Double?

  /// More pruned than this is a collapse.
  public static let collapse = 0.9

  /// One summary for each pruning of a study.
  ///
  /// - Parameter systems: of one width, replica by replica.
  public static func ofPrunings(
    _ study: CompressibilityStudy, _ label: CurveLabel, _ systems: [CompressibilityStudy.PrunedSystem]
  ) -> [CompressionSummary] {
    study.prunings.indices.map { CompressionSummary(study, label, systems, pruning: $0) }
  }

  private init(
    _ study: CompressibilityStudy, _ label: CurveLabel, _ systems: [CompressibilityStudy.PrunedSystem],
    pruning index: Int
  ) {
    (self.label, particles, pruning, replicas) = (
      label, systems[0].particles, study.prunings[index], systems.count
    )
    let finite = systems.filter { !$0.results.isEmpty }
    nonFinite = systems.count - finite.count
    prunedFractions = systems.map { $0.results.isEmpty ? nil : $0.results[index].prunedFraction }
    baselinePrunedFractions = systems.map { $0.results.isEmpty ? nil : $0.results[index].baselinePrunedFraction }
    collapsed =
      pruning.criterion == .squaredFrobenius ? prunedFractions.count { $0 ?? 0 > Self.collapse } : 0
    func median(_ number: (CompressibilityStudy.PrunedSystem) -> Double?) -> Double? {
      Spread(finite.compactMap(number).filter(\.isFinite))?.median
    }
    prunedFraction = Spread(prunedFractions.compactMap { $0 })
    stepsMedian = median { Double($0.steps) }
    baselineMedian = median { $0.results[index].baselinePrunedFraction }
    noiseMedian = median { $0.results[index].noisePrunedFraction }
    relativeErrorMedian = median { $0.results[index].relativeError }
    trainAccuracyBeforeMedian = median { $0.before.train?.accuracy }
    trainAccuracyAfterMedian = median { $0.results[index].train?.accuracy }
    testAccuracyBeforeMedian = median { $0.before.test?.accuracy }
    testAccuracyAfterMedian = median { $0.results[index].test?.accuracy }
  }

  /// In how many replicas the pruned fraction falls from each setting to the next: the smaller α is, the more goes, and the
  /// least without noise.
  ///
  /// - Parameters:
  ///   - summaries: that differ in their noise only, in order of α, without noise last.
  ///   - fractions: those of the systems, or those of their controls.
  public static func ordered(
    _ summaries: [CompressionSummary], by fractions: (CompressionSummary) -> [Double?] = \.prunedFractions
  ) -> Int {
    let ofSettings = summaries.map(fractions)
    return (0..<summaries[0].replicas).count { replica in
      let fractions = ofSettings.map { $0[replica] }
      return zip(fractions, fractions.dropFirst()).allSatisfy { before, after in
        before.flatMap { before in after.map { before > $0 } } ?? false
      }
    }
  }
}
