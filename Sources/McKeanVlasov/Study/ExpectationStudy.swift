import Foundation
import Logging

/// Expectations E g(X_T) of observables, to a given root-mean-square error, by plain or by multilevel Monte Carlo in the
/// step; and their weak errors in Δt and in n.
///
/// One replica's observable is one sample: the particles of a replica are not independent. Levels are coupled through the
/// engine, two systems with the steps of two successive levels on one noise; different levels are independent.
///
/// Source: M. B. Giles, *Multilevel Monte Carlo path simulation*, Oper. Res. 56 (2008); docs/theory.md, section 13.
public struct ExpectationStudy: Sendable {
  public let model: any McKeanVlasovModel
  public let noise: LevyNoise
  public let horizon: Double
  /// The step counts of the levels, coarsest first.
  public let steps: [Int]
  /// The n whose expectations are estimated.
  public let particles: [Int]
  public let observables: [Observable]
  public let methods: [ExpectationMethod]
  public let tolerances: [Double]
  /// Pilot runs of each level.
  public let replicas: Int
  public let seed: UInt32
  public let precision: Precision
  /// n against which the largest one is measured; nil where there is but one n.
  private let closing: Int?

  static let fewestReplicas = 32

  /// - Parameters:
  ///   - steps: the ladder of step counts, each a divisor of the next.
  ///   - particles: n, as a list of one number, or a ladder whose numbers divide the next; one more closes it.
  ///   - tolerances: root-mean-square errors, in the observable's own units.
  ///   - replicas: pilot runs of each level, which measure variances, weak orders and the bias: at least 32.
  /// - Throws: `SimulationError` for an observable without a variance, numbers out of range.
  public init(
    model: any McKeanVlasovModel, noise: LevyNoise, horizon: Double, steps: Ladder, particles: Ladder,
    observables: [Observable], methods: [ExpectationMethod] = [.multilevel], tolerances: [Double],
    replicas: Int = 1024, seed: UInt32 = 1, precision: Precision = .double
  ) throws(SimulationError) {
    (self.model, self.noise, self.horizon, self.observables) = (model, noise, horizon, observables)
    (self.methods, self.tolerances, self.replicas) = (methods, tolerances, replicas)
    (self.seed, self.precision) = (seed, precision)
    try precision.require(of: model, noise: noise)
    self.steps = try steps.levels("steps", reference: .exact).levels
    try Self.requireDivisors(self.steps, "steps")
    _ = try TimeGrid(horizon: horizon, steps: self.steps.last!)
    if case .list(let values) = particles, values.count == 1 {
      try SimulationError.requireCount(values[0], "particles")
      (self.particles, closing) = (values, nil)
    } else {
      (self.particles, closing) = try particles.levels("particles", reference: .next)
      try Self.requireDivisors(self.particles + [closing!], "particles")
      if model.featureGrowth == .linear, let alpha = model.tailIndex(with: noise), alpha <= 1 {
        throw .noMeanFieldLimit(alpha: alpha)
      }
    }
    try SimulationError.requireCount(replicas, "replicas", atLeast: Self.fewestReplicas)
    try Self.requireSamples(replicas, "replicas")
    guard !tolerances.isEmpty, Set(tolerances).count == tolerances.count,
      tolerances.allSatisfy({ $0 > 0 && $0.isFinite })
    else {
      throw .invalidValue(
        parameter: "tolerance", found: "\(tolerances)", allowed: "different finite numbers above 0")
    }
    guard !methods.isEmpty, Set(methods).count == methods.count else {
      throw .invalidValue(
        parameter: "method", found: "\(methods.map(\.rawValue))", allowed: "\"plain\", \"multilevel\" or both")
    }
    for observable in observables {
      try observable.require(of: model)
      let smallest = self.particles.min()!
      if let index = observable.tailIndex(of: model, noise: noise, particles: smallest), index <= 2 {
        throw .invalidValue(
          parameter: "observables",
          found: "\(observable.name), whose tail index is \(index), so that its variance is infinite",
          allowed: "observables with a variance: cosine, order-parameter, probability-beyond, an inner quantile, or "
            + "bounded features; or alpha = 2")
      }
    }
  }

  private static func requireDivisors(_ levels: [Int], _ parameter: String) throws(SimulationError) {
    for (level, next) in zip(levels, levels.dropFirst()) where next % level != 0 {
      throw .invalidValue(
        parameter: parameter, found: "\(level) before \(next)", allowed: "numbers that divide the next one")
    }
  }

  // MARK: - Levels

  /// Systems that share noise: the finer one first, then what it is coupled with. A replica's value is the finer system's,
  /// its difference that to the mean over the others.
  struct CoupledLevel: Sendable {
    /// Tells the noise of one level from that of another.
    let number: Int
    let systems: [CoupledSystems.System]

    /// Particle steps a replica.
    var cost: Double { systems.reduce(0) { $0 + Double($1.particles) * Double($1.steps) } }
  }

  /// The replica word of the noise key: the level's number in the upper bits, so that no two levels share noise.
  static let replicaBits = 26

  private static func requireSamples(_ count: Int, _ parameter: String) throws(SimulationError) {
    guard count <= 1 << replicaBits else {
      throw .invalidValue(
        parameter: parameter, found: "one that takes \(count) replicas of a level",
        allowed: "one that takes at most \(1 << replicaBits); more particles also bring fewer replicas")
    }
  }

  /// Level l in the step: systems with M_l and M_{l-1} steps. There are at most 32, since each divides the next.
  func level(_ l: Int, particles: Int) -> CoupledLevel {
    let systems = [steps[l]] + (l > 0 ? [steps[l - 1]] : [])
    return CoupledLevel(
      number: l, systems: systems.map { CoupledSystems.System(particles: particles, steps: $0) })
  }

  /// n against the next n' of the ladder: the system of n' particles, and the n'/n systems of n that they make.
  ///
  /// In the mean over these the first-order errors cancel, so that the variance of the difference falls like n^{-2}.
  /// Source: A.-L. Haji-Ali, R. Tempone, *Multilevel and multi-index Monte Carlo methods for the McKean–Vlasov equation*,
  /// Stat. Comput. 28 (2018).
  private func pairs() -> [CoupledLevel] {
    guard let closing else { return [] }
    let all = particles + [closing]
    return particles.indices.map { k in
      let (small, large) = (all[k], all[k + 1])
      let parts = stride(from: 0, to: large, by: small).map {
        CoupledSystems.System(particles: small, steps: steps[0], firstParticle: $0)
      }
      return CoupledLevel(number: 32 + k, systems: [CoupledSystems.System(particles: large, steps: steps[0])] + parts)
    }
  }

  /// What the pilot runs simulate.
  var pilotRuns: [CoupledLevel] {
    particles.flatMap { n in steps.indices.map { level($0, particles: n) } } + pairs()
  }

  /// Pilot runs over all levels: what a progress bar can know before the run.
  var pilotReplicas: Int { pilotRuns.count * replicas }

  private static let batch = 1 << 14

  /// Bytes of the largest engine, its meters and a batch of results, on so many threads.
  func bytes(threads: Int) -> Double {
    let engines = Replicas.engines(count: Self.batch, threads: threads)
    return pilotRuns.map { level in
      let ofEngine = CoupledSystems.bytes(
        model: model, noise: noise, systems: level.systems, threads: threads / engines, precision: precision)
      let meters = level.systems.reduce(0) {
        $0 + ObservableMeter.bytes(observables, model: model, particles: $1.particles)
      }
      return Double(engines) * (ofEngine + meters) + Double(Self.batch * (100 + 16 * observables.count))
    }.max()!
  }

  // MARK: - Sampling

  /// What a run of the study carries along.
  private struct Session {
    let threads: Int
    let progress: ReplicaProgress?
    let logger: Logger
  }

  /// Adds replicas of a level.
  private func sample(_ level: CoupledLevel, _ count: Int, into samples: inout LevelSamples, _ session: Session) throws
  {
    let end = samples.nextReplica + count
    while samples.nextReplica < end {
      let first = samples.nextReplica
      let loop = try Replicas(count: min(Self.batch, end - first), threads: session.threads)
      let results = try loop.map(
        makeWorker: {
          let engine = try CoupledSystems(
            model: model, noise: noise, horizon: horizon, systems: level.systems, seed: seed,
            threads: loop.threadsPerWorker, precision: precision)
          return (
            engine: engine, meters: level.systems.indices.map { ObservableMeter(observables, of: $0, in: engine) }
          )
        }, progress: session.progress
      ) { worker, index -> [[Double]] in
        let replica = first + Int(index)
        if let state = try worker.engine.run(replica: UInt32(level.number << Self.replicaBits | replica)) {
          session.logger.warning(
            "replica \(replica) with \(level.systems[0].steps) steps, particle \(state.particle): not a finite number after step \(state.step)"
          )
          return level.systems.map { _ in observables.map { _ in .nan } }
        }
        return worker.meters.map { $0.values() }
      }
      for values in results { samples.add(values: values[0], coarser: mean(values.dropFirst())) }
    }
  }

  /// The mean of each observable over some systems; nothing of none.
  private func mean(_ values: ArraySlice<[Double]>) -> [Double] {
    values.isEmpty ? [] : observables.indices.map { k in values.reduce(0) { $0 + $1[k] } / Double(values.count) }
  }

  private func pilot(_ level: CoupledLevel, _ session: Session) throws -> LevelSamples {
    var samples = LevelSamples(observables: observables.count)
    try sample(level, replicas, into: &samples, session)
    return samples
  }

  // MARK: - Running

  /// Runs the study: for each n the pilots of every level, then each method at each tolerance with replicas of its own.
  ///
  /// - Throws: `SimulationError.tooMuchMemory`; `.invalidValue` for a tolerance that would take too many replicas.
  public func run(
    threads: Int = ProcessInfo.processInfo.activeProcessorCount, progress: ReplicaProgress? = nil,
    logger: Logger = Logger(label: "mckean")
  ) throws -> ExpectationResult {
    try SimulationError.requireMemory(bytes(threads: threads))
    let session = Session(threads: threads, progress: progress, logger: logger)
    var estimates: [[Expectation]] = []
    var levels: [ExpectationLevel] = []
    var rates: [WeakRate] = []
    for n in particles {
      let pilots = try steps.indices.map { try pilot(level($0, particles: n), session) }
      levels += diagnostics(observables.indices.map { MultilevelEstimate(pilots, observable: $0) }, particles: n)
      let ofN = observables.indices.map { weakRateInStep(pilots, observable: $0, particles: n) }
      rates += ofN
      var row: [Expectation] = []
      for method in methods {
        for tolerance in tolerances {
          let plan = plan(tolerance, particles: n, pilots: pilots, rates: ofN)
          let (expectations, estimates) = try estimate(method, plan, session)
          row += expectations
          if method == .multilevel { levels += diagnostics(estimates, tolerance: tolerance, particles: n) }
        }
      }
      estimates.append(row)
    }
    rates += try weakRatesInParticles(session)
    warn(of: levels, logger)
    return ExpectationResult(
      estimates: estimates[0].indices.flatMap { index in estimates.map { $0[index] } }, levels: levels, rates: rates)
  }

  private var stepSizes: [Double] { steps.map { horizon / Double($0) } }

  /// What the pilots say of an estimate to be made.
  private struct Plan {
    let tolerance: Double
    let particles: Int
    let pilots: [LevelSamples]
    /// The finest level, and the bias of each observable there.
    let finest: Int
    let biases: [Double]
  }

  /// The squared error is divided evenly: the bias may be ε/√2 and so may the standard error. The finest level is the first
  /// whose bias is small enough for all observables, or the last of the ladder.
  private func plan(_ tolerance: Double, particles: Int, pilots: [LevelSamples], rates: [WeakRate]) -> Plan {
    let estimates = observables.indices.map { MultilevelEstimate(pilots, observable: $0) }
    func biases(_ level: Int) -> [Double] {
      zip(estimates, rates).map { estimate, rate in
        // an order that is measured too large would hide some of the bias
        estimate.bias(level: level, steps: stepSizes, order: min(1, max(0.5, rate.fitted?.slope ?? 0.5)))
      }
    }
    let finest = steps.indices.dropFirst().first { biases($0).max()! <= tolerance / 2.0.squareRoot() }
    return Plan(
      tolerance: tolerance, particles: particles, pilots: pilots, finest: finest ?? steps.count - 1,
      biases: biases(finest ?? steps.count - 1))
  }

  /// One estimate of every observable; every level takes the replicas that the most demanding one needs.
  private func estimate(_ method: ExpectationMethod, _ plan: Plan, _ session: Session) throws
    -> ([Expectation], [MultilevelEstimate])
  {
    let finest = level(plan.finest, particles: plan.particles)
    let (systems, pilots) =
      switch method {
      case .multilevel:
        ((0...plan.finest).map { level($0, particles: plan.particles) }, Array(plan.pilots[...plan.finest]))
      case .plain:
        (
          [CoupledLevel(number: finest.number, systems: [finest.systems[0]])],
          [plan.pilots[plan.finest].ofValuesAlone]
        )
      }
    let isFinite = plan.pilots.allSatisfy { $0.nonFiniteReplicas == 0 }
    var samples = pilots.map(LevelSamples.init(after:))
    var estimates: [MultilevelEstimate] {
      observables.indices.map { MultilevelEstimate(samples, pilots: pilots, observable: $0) }
    }
    while isFinite, samples.allSatisfy({ $0.nonFiniteReplicas == 0 }) {
      let wanted = estimates.map {
        MultilevelEstimate.allocation(
          variances: $0.levels.map(\.variance), costs: systems.map(\.cost),
          variance: plan.tolerance * plan.tolerance / 2)
      }
      let targets = samples.indices.map { l in max(1, wanted.map { $0[l] }.max()!.rounded(.up)) }
      // the variances change a little with every replica: within 1 % it is enough
      guard zip(samples, targets).contains(where: { Double($0.replicas) * 1.01 < $1 }) else { break }
      let missing = zip(samples, targets).map { max(0, Int(min($1, 0x1p62)) - $0.replicas) }
      for (ofLevel, count) in zip(samples, missing) {
        try Self.requireSamples(ofLevel.nextReplica + count, "tolerance")
      }
      session.progress?.expect(missing.reduce(0, +))
      for (l, count) in missing.enumerated() { try sample(systems[l], count, into: &samples[l], session) }
    }
    let results = estimates
    let expectations = observables.indices.map { k in
      Expectation(
        method: method, tolerance: plan.tolerance, observable: observables[k], particles: plan.particles,
        steps: finest.systems[0].steps, replicas: samples.reduce(0) { $0 + $1.replicas },
        value: results[k].value.isFinite ? results[k].value : nil, standardError: results[k].standardError,
        bias: plan.biases[k],
        cost: zip(systems, samples).reduce(0) { $0 + $1.0.cost * Double($1.1.replicas) },
        kurtosis: results[k].kurtosis, replicasOfLevels: samples.map(\.replicas))
    }
    return (expectations, results)
  }

  private func weakRateInStep(_ pilots: [LevelSamples], observable: Int, particles: Int) -> WeakRate {
    // the difference of two levels is the error of the coarser one
    weakRate(
      Array(pilots.dropFirst()), observable: observable, variable: .dt, abscissae: stepSizes.dropLast(),
      particles: particles)
  }

  private func weakRatesInParticles(_ session: Session) throws -> [WeakRate] {
    let pairs = try pairs().map { try pilot($0, session) }
    guard !pairs.isEmpty else { return [] }
    return observables.indices.map {
      weakRate(pairs, observable: $0, variable: .n, abscissae: particles.map(Double.init), particles: nil)
    }
  }

  private func weakRate(
    _ levels: [LevelSamples], observable: Int, variable: ConvergenceVariable, abscissae: [Double], particles: Int?
  ) -> WeakRate {
    WeakRate(
      observable: observables[observable], variable: variable, particles: particles,
      rate: Result { () throws(ConvergenceRate.Failure) in
        try ConvergenceRate(abscissae: abscissae, differences: levels.map { $0.differences[observable] })
      },
      claim: .weak(of: observables[observable], in: variable, model: model, noise: noise),
      nonFiniteReplicas: levels.reduce(0) { $0 + $1.nonFiniteReplicas })
  }

  private func diagnostics(_ estimates: [MultilevelEstimate], tolerance: Double? = nil, particles: Int)
    -> [ExpectationLevel]
  {
    zip(observables, estimates).flatMap { observable, estimate in
      estimate.levels.enumerated().map { l, level in
        ExpectationLevel(
          tolerance: tolerance, observable: observable, particles: particles, steps: steps[l],
          replicas: level.replicas, value: level.value, difference: level.difference,
          standardError: level.standardError, variance: level.variance, kurtosis: level.kurtosis,
          consistency: estimate.consistency(level: l), cost: self.level(l, particles: particles).cost)
      }
    }
  }

  /// Of the pilot runs alone: those of an estimate are the same levels.
  private func warn(of levels: [ExpectationLevel], _ logger: Logger) {
    let pilots = levels.filter { $0.tolerance == nil }
    let heavy = pilots.map(\.kurtosis).filter { $0 > 100 }
    if let largest = heavy.max() {
      logger.warning(
        "the kurtosis of \(heavy.count) level(s) is above 100, up to \(Int(largest.rounded())): their variances are known badly"
      )
    }
    for level in pilots where (level.consistency ?? 0) > 1 {
      logger.warning(
        "\(level.observable.name), \(level.particles) particles, \(level.steps) steps: the levels do not fit together, consistency \(level.consistency!) is above 1"
      )
    }
  }
}
