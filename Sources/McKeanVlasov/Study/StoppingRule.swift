import Foundation

/// When a study has replicas enough: once the interval of every slope that it fits is as narrow as is wanted, or a limit is
/// reached.
///
/// Replicas come in batches, the first of the study's own `replicas`; each later one is as large as the half-widths foretell,
/// which shrink like R^{-1/2}, and at most doubles their number. The replicas of a run that is stopped at R are those of a
/// run with R from the start (docs/theory.md, section 8).
public struct StoppingRule: Sendable, Hashable {
  /// The largest half-width of a slope's 95 % interval that will do, above 0.
  public let halfWidth: Double
  /// The most replicas.
  public let maxReplicas: Int
  /// The most seconds that a study takes, the first batch aside; nil for no limit. With it the number of replicas depends
  /// on the machine's speed.
  public let maxTime: Double?

  /// The replicas of a first batch at least: two in each of 16 groups.
  public static let fewestReplicas = 2 * groups
  /// The groups that intervals come from; batches end at multiples of their number.
  private static let groups = ErrorCurve.groups(replicas: .max)

  /// - Throws: `SimulationError.invalidValue`.
  public init(halfWidth: Double, maxReplicas: Int, maxTime: Double? = nil) throws(SimulationError) {
    (self.halfWidth, self.maxReplicas, self.maxTime) = (halfWidth, maxReplicas, maxTime)
    guard halfWidth > 0, halfWidth.isFinite else {
      throw .invalidValue(parameter: "half-width", found: "\(halfWidth)", allowed: "a finite number above 0")
    }
    try SimulationError.requireCount(maxReplicas, "max-replicas", atLeast: Self.fewestReplicas)
    if let maxTime {
      guard maxTime > 0, maxTime.isFinite else {
        throw .invalidValue(
          parameter: "max-time", found: "\(maxTime)", allowed: "a finite number of seconds above 0")
      }
    }
  }

  /// The keys of [study]; nil where there is no `half-width`.
  ///
  /// - Parameter replicas: the first batch.
  init?(_ table: ExperimentTable, replicas: Int) throws(SimulationError) {
    guard table.has("half-width") else {
      for key in ["max-replicas", "max-time"] where table.has(key) {
        throw table.error(key, found: table.values[key]!.found, allowed: "together with half-width only")
      }
      return nil
    }
    let mostReplicas = Int(UInt32.max)
    let positive = { (number: Double) in number > 0 && number.isFinite }
    do {
      try self.init(
        halfWidth: try table.number("half-width", allowed: "a finite number above 0", where: positive),
        maxReplicas: try table.integer(
          "max-replicas", default: min(64 * replicas, mostReplicas), in: replicas...mostReplicas),
        maxTime: table.has("max-time")
          ? try table.number("max-time", allowed: "a finite number of seconds above 0", where: positive) : nil)
      try requireFirstBatch(replicas)
    } catch { throw table.locate(error) }
  }

  /// Checks the size of the first batch.
  func requireFirstBatch(_ replicas: Int) throws(SimulationError) {
    guard replicas >= Self.fewestReplicas else {
      throw .invalidValue(
        parameter: "replicas", found: "\(replicas)",
        allowed: "with half-width at least \(Self.fewestReplicas), two for each of the groups that intervals come from")
    }
    guard maxReplicas >= replicas else {
      throw .invalidValue(
        parameter: "max-replicas", found: "\(maxReplicas)", allowed: "a whole number from \(replicas), replicas, on")
    }
  }

  // MARK: - Batches

  /// The number of replicas after the next batch: R (h/target)², at most 2R, and what the limits allow; R where they allow
  /// no more.
  ///
  /// - Parameters:
  ///   - replicas: R, those that have been run.
  ///   - reached: h, the largest half-width.
  ///   - seconds: that they have taken.
  package func next(after replicas: Int, reached: Double, seconds: Double) -> Int {
    let ratio = reached / halfWidth
    let foretold = Int((Double(replicas) * min(ratio * ratio, 2)).rounded(.up))
    let next = min((foretold + Self.groups - 1) / Self.groups * Self.groups, maxReplicas)
    guard let maxTime else { return next }
    // as many as the time is enough for at the speed so far
    let inTime = Int(min(Double(replicas) * maxTime / seconds, Double(next)))
    return inTime == next ? next : max(replicas, inTime / Self.groups * Self.groups)
  }

  /// How curves have come out: the widest of their slopes after so many replicas, and the limit that was reached before it was
  /// as sure as is wanted. nil where no curve has a slope.
  public func outcome(of curves: [ErrorCurve]) -> String? {
    guard let reached = Self.halfWidth(of: curves) else { return nil }
    let replicas = curves[0].replicas
    let text = "half-width \(String(format: "%.2g", reached)) after \(replicas) replicas"
    guard reached > halfWidth else { return text + "." }
    return text + ", not \(halfWidth): \(replicas < maxReplicas ? "max-time" : "max-replicas") is reached."
  }

  /// The largest half-width of the slopes of the curves that have one; nil where none has. Surfaces have none, and the maxima
  /// over particles, which few particles rule, are not waited for.
  package static func halfWidth(of curves: [ErrorCurve]) -> Double? {
    curves.filter { $0.sweep != .joint && $0.metric != .particleMax }.compactMap { curve in
      (try? ConvergenceRate(fitting: curve))?.halfWidth
    }.max()
  }
}

extension Optional<StoppingRule> {
  /// The curves of a study with as many replicas as the rule asks for; without one, of the first batch.
  ///
  /// Curves without a slope are not waited for, and where none has one the first batch is all.
  ///
  /// - Parameters:
  ///   - replicas: of the first batch.
  ///   - progress: told of the replicas that are added, and of the half-width after each batch.
  ///   - sample: runs a range of replicas.
  ///   - curves: makes the curves of all results so far.
  package func curves<Sample>(
    replicas: Int, progress: ReplicaProgress? = nil, sample: (Range<Int>) throws -> [Sample],
    curves makeCurves: ([Sample]) -> [ErrorCurve]
  ) throws -> [ErrorCurve] {
    try self?.requireFirstBatch(replicas)
    let start = ContinuousClock.now
    progress?.report(nil)
    var samples = try sample(0..<replicas)
    var curves = makeCurves(samples)
    guard let rule = self else { return curves }
    while let reached = StoppingRule.halfWidth(of: curves) {
      progress?.report((reached, rule.halfWidth))
      guard reached > rule.halfWidth else { break }
      let (count, seconds) = (samples.count, (ContinuousClock.now - start) / .seconds(1))
      let next = rule.next(after: count, reached: reached, seconds: seconds)
      guard next > count else { break }
      progress?.expect(next - count)
      samples += try sample(count..<next)
      curves = makeCurves(samples)
    }
    return curves
  }
}
