import CGSL
import Foundation
import McKeanVlasov

/// How often the 95 % interval of a slope holds the slope of the exact errors, over many seeds of a small study.
package struct Coverage: Sendable {
  /// The studies, small versions of the built-in experiments of these names.
  package enum Study: String, Sendable, CaseIterable {
    case ouChaos = "ou-chaos"
    case sineChaos = "sine-chaos"
    case ouStrong = "ou-strong"
  }

  /// One curve: what is measured, and how often its interval held.
  package struct Cell: Sendable {
    package let study: Study
    package let alpha: Double
    /// nil for a median.
    package let p: Double?
    package let held, seeds: Int
    /// The seeds whose fit left levels out.
    package let selected: Int
    /// The mean number of replicas, and the seeds that ended with the most that are allowed.
    package let replicas: Double
    package let ended: Int

    package var frequency: Double { Double(held) / Double(seeds) }

    /// The p-value of the hypothesis that the probability lies in a range.
    package func pValue(of range: ClosedRange<Double>) -> Double {
      if range.contains(frequency) { return 1 }
      let (held, seeds) = (UInt32(held), UInt32(seeds))
      return frequency < range.lowerBound
        ? gsl_cdf_binomial_P(held, range.lowerBound, seeds) : gsl_cdf_binomial_Q(held - 1, range.upperBound, seeds)
    }
  }

  package let study: Study
  package let alpha: Double
  /// The orders, a median beside them.
  private let p: [Double]
  /// The half-width at which replicas are no longer added; nil for a fixed number.
  private let halfWidth: Double?
  /// The exact errors up to a factor, or those of a run with 1000 times the replicas: by p, level by level.
  private let exact: [Double?: [Double]]

  /// Replicas of a run, or of its first batch.
  package static let replicas = 64
  /// Where a run that is stopped by itself ends at the latest.
  package static let mostReplicas = 64 * replicas

  package init(_ study: Study, alpha: Double, halfWidth: Double? = nil) throws {
    (self.study, self.alpha, self.halfWidth) = (study, alpha, halfWidth)
    p = [0.5, 0.9 * alpha / 2, 0.75 * alpha]
    let orders = p.map(Optional.some) + [nil]
    let small = try Self.makeStudy(study, alpha: alpha, p: p, seed: 1)
    switch study {
    case .ouChaos:
      // (2n)^{1/α - 1}
      let errors = small.levels.map { pow(Double($0.particles), 1 / alpha - 1) }
      exact = Dictionary(uniqueKeysWithValues: orders.map { ($0, errors) })
    case .ouStrong:
      let law = OrnsteinUhlenbeckExact(small.model as! OrnsteinUhlenbeck, small.noise, horizon: 1)
      let errors = small.levels.map {
        law.strongErrorScale(particles: 1, steps: $0.steps, referenceSteps: 2 * $0.steps)
      }
      exact = Dictionary(uniqueKeysWithValues: orders.map { ($0, errors) })
    case .sineChaos:
      let large = try Self.makeStudy(study, alpha: alpha, p: p, seed: 1 << 31, replicas: 1000 * Self.replicas)
      let curves = try large.run().filter(Self.isMeasured)
      exact = Dictionary(uniqueKeysWithValues: curves.map { ($0.p, $0.estimates().map(\.value)) })
    }
  }

  private static func isMeasured(_ curve: ErrorCurve) -> Bool {
    curve.metric == .terminal || curve.metric == .terminalMedian
  }

  private static func makeStudy(_ study: Study, alpha: Double, p: [Double], seed: UInt32, replicas: Int = replicas)
    throws
    -> ErrorStudy
  {
    let noise = try LevyNoise(law: .stable(alpha: alpha))
    switch study {
    case .ouChaos, .sineChaos:
      let model: any McKeanVlasovModel =
        study == .ouChaos ? OrnsteinUhlenbeck(theta: 1, coupling: 1) : SineInteraction(theta: 0, coupling: 1.5)
      return try .chaos(
        model: model, noise: noise, horizon: 1, steps: 4, particles: .range(from: 8, to: 256), replicas: replicas, p: p,
        seed: seed)
    case .ouStrong:
      return try .strong(
        model: OrnsteinUhlenbeck(theta: 1, coupling: 0), noise: noise, horizon: 1, steps: .range(from: 8, to: 128),
        particles: 1, replicas: replicas, p: p, seed: seed)
    }
  }

  /// Runs the study with the seeds 1 to `seeds`; the truth is the same fit, over the levels that a run's fit has, to the exact
  /// errors.
  package func cells(seeds: Int) throws -> [Cell] {
    let runs = try inParallel(seeds) { index in
      let study = try Self.makeStudy(study, alpha: alpha, p: p, seed: index + 1)
      let rule = try halfWidth.map {
        try StoppingRule(halfWidth: $0, maxReplicas: Self.mostReplicas)
      }
      return try study.run(until: rule, threads: 1).filter(Self.isMeasured).map { curve in
        let rate = try ConvergenceRate(fitting: curve)
        let levels = curve.abscissae.indices.filter {
          (min(rate.fitFrom, rate.fitTo)...max(rate.fitFrom, rate.fitTo)).contains(curve.abscissae[$0])
        }
        let truth = LineFit(
          levels.map { log(curve.abscissae[$0]) }, levels.map { log(exact[curve.p]![$0]) }
        ).slope
        return (
          p: curve.p, isHeld: rate.interval.contains(truth), isSelected: levels.count < curve.levels.count,
          replicas: curve.replicas
        )
      }
    }
    return runs[0].indices.map { k in
      Cell(
        study: study, alpha: alpha, p: runs[0][k].p, held: runs.count { $0[k].isHeld }, seeds: seeds,
        selected: runs.count { $0[k].isSelected },
        replicas: runs.reduce(0) { $0 + Double($1[k].replicas) } / Double(seeds),
        ended: runs.count { $0[k].replicas == Self.mostReplicas })
    }
  }
}

/// The results of independent pieces of work, on all cores.
func inParallel<Result: Sendable>(_ count: Int, _ body: @Sendable (UInt32) throws -> Result) throws -> [Result] {
  nonisolated(unsafe) let results = UnsafeMutableBufferPointer<Swift.Result<Result, any Error>?>.allocate(
    capacity: count)
  results.initialize(repeating: nil)
  defer { results.deinitialize().deallocate() }
  withoutActuallyEscaping(body) { body in
    let chunks = min(count, 64)
    DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
      for index in stride(from: chunk, to: count, by: chunks) {
        results[index] = Swift.Result { try body(UInt32(index)) }
      }
    }
  }
  return try results.map { try $0!.get() }
}
