import Foundation
import Logging

/// Expectations E g(X_T) of observables, to a given root-mean-square error, by plain or by multilevel Monte Carlo in the
/// step; and their weak errors in Δt and in n.
///
/// One replica's observable is one sample: the particles of a replica are not independent. Levels are coupled through the
/// engine, two systems with the steps of two successive levels on one noise; different levels are independent.
///
/// First a convergence test runs a fixed number of replicas of every level, for weak orders and diagnostics. The estimates
/// do not need it: each starts from a few replicas of the coarsest levels, and takes levels and replicas as it finds them
/// necessary.
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
  /// Of each level in the convergence test.
  public let replicas: Int
  public let seed: UInt32
  public let precision: Precision
  /// n against which the largest one is measured; nil where there is but one n.
  private let closing: Int?

  /// Allowed in the convergence test.
  static let replicaCounts = 32...1 << replicaBits

  /// - Parameters:
  ///   - steps: the ladder of step counts, each a divisor of the next.
  ///   - particles: n, as a list of one number, or a ladder whose numbers divide the next; one more closes it.
  ///   - tolerances: root-mean-square errors, in the observable's own units.
  ///   - replicas: of each level in the convergence test, which measures weak orders, kurtosis and consistency: 32 to 2^26.
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
      try SimulationError.requireLimit(of: model, noise: noise)
    }
    guard Self.replicaCounts.contains(replicas) else {
      throw .invalidValue(
        parameter: "replicas", found: "\(replicas)",
        allowed: "a whole number from \(Self.replicaCounts.lowerBound) to \(Self.replicaCounts.upperBound)")
    }
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

    /// n, of the finer system.
    var particles: Int { systems[0].particles }
    /// Particle steps a replica.
    var cost: Double { systems.reduce(0) { $0 + Double($1.particles) * Double($1.steps) } }
  }

  /// The replica word of the noise key: the level's number in the upper bits, so that no two levels share noise.
  static let replicaBits = 26

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

  /// What the convergence test simulates.
  var testedLevels: [CoupledLevel] {
    particles.flatMap { n in steps.indices.map { level($0, particles: n) } } + pairs()
  }

  /// Particle steps of the convergence test.
  public var costOfTest: Double { testedLevels.reduce(0) { $0 + Double(replicas) * $1.cost } }

  private static let batch = 1 << 14

  /// Bytes of the largest engine, its meters and a batch of results, on so many threads.
  func bytes(threads: Int) -> Double {
    let engines = Replicas.engines(count: Self.batch, threads: threads)
    return testedLevels.map { level in
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
    let end = samples.replicas + count
    while samples.replicas < end {
      let first = samples.replicas
      let loop = try Replicas(first: first, count: min(Self.batch, end - first), threads: session.threads)
      let results = try loop.map(
        makeWorker: {
          let engine = try CoupledSystems(
            model: model, noise: noise, horizon: horizon, systems: level.systems, seed: seed,
            threads: loop.threadsPerWorker, precision: precision)
          return (
            engine: engine, meters: level.systems.indices.map { ObservableMeter(observables, of: $0, in: engine) }
          )
        }, progress: session.progress
      ) { worker, replica -> [[Double]] in
        if let state = try worker.engine.run(replica: UInt32(level.number << Self.replicaBits) | replica) {
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

  // MARK: - Running

  /// Runs the study: the convergence test, then for each tolerance an estimate by each method, with replicas of its own.
  ///
  /// - Parameter record: told of each part of the result as it is there, so that a later failure loses nothing.
  /// - Throws: `SimulationError.tooMuchMemory`; `.invalidValue` for a tolerance that would take too many replicas.
  public func run(
    threads: Int = ProcessInfo.processInfo.activeProcessorCount, progress: ReplicaProgress? = nil,
    logger: Logger = Logger(label: "mckean"), record: (ExpectationResult) throws -> Void = { _ in }
  ) throws -> ExpectationResult {
    try SimulationError.requireMemory(bytes(threads: threads))
    let session = Session(threads: threads, progress: progress, logger: logger)
    var result = try convergenceTest(session)
    for warning in Self.warnings(of: result.levels) { logger.warning("\(warning)") }
    try record(result)
    for tolerance in tolerances {
      let part = try estimates(tolerance, session)
      try record(part)
      result.append(part)
    }
    return result
  }

  private var stepSizes: [Double] { steps.map { horizon / Double($0) } }

  private func estimates(of samples: [LevelSamples], particles: Int) -> [MultilevelEstimate] {
    observables.indices.map {
      MultilevelEstimate(
        samples, steps: stepSizes, observable: $0,
        leastChange: observables[$0].leastChange(of: model, particles: particles))
    }
  }

  // MARK: - The convergence test

  private func convergenceTest(_ session: Session) throws -> ExpectationResult {
    func test(_ level: CoupledLevel) throws -> LevelSamples {
      var samples = LevelSamples(observables: observables.count)
      try sample(level, replicas, into: &samples, session)
      return samples
    }
    var result = ExpectationResult()
    for n in particles {
      let levels = try steps.indices.map { try test(level($0, particles: n)) }
      result.levels += diagnostics(estimates(of: levels, particles: n), particles: n)
      // the difference of two levels is the error of the coarser one
      let differences = Array(levels.dropFirst())
      result.rates += observables.indices.map { weakRate(differences, observable: $0, in: .dt, particles: n) }
    }
    let pairs = try pairs().map(test)
    if !pairs.isEmpty {
      result.rates += observables.indices.map { weakRate(pairs, observable: $0, in: .n, particles: nil) }
    }
    return result
  }

  private func weakRate(
    _ levels: [LevelSamples], observable: Int, in variable: ConvergenceVariable, particles: Int?
  ) -> WeakRate {
    let ladder = variable == .n ? self.particles + [closing!] : steps
    let abscissae = variable == .n ? self.particles.map(Double.init) : stepSizes.dropLast()
    return WeakRate(
      observable: observables[observable], variable: variable, particles: particles,
      rate: Result { () throws(ConvergenceRate.Failure) in
        guard Ladder.hasOneFactor(zip(ladder, ladder.dropFirst()).map { ($0, $1) }) else { throw .unequalFactors }
        return try ConvergenceRate(abscissae: abscissae, differences: levels.map { $0.differences[observable] })
      },
      claim: .weak(of: observables[observable], in: variable, model: model, noise: noise),
      nonFiniteReplicas: levels.reduce(0) { $0 + $1.nonFiniteReplicas })
  }

  /// What is worth a warning in the convergence test.
  package static func warnings(of levels: [ExpectationLevel]) -> [String] {
    let heavy = levels.map(\.kurtosis).filter { $0 > 100 }
    let ofKurtosis = heavy.max().map {
      "the kurtosis of \(heavy.count) level(s) is above 100, up to \(Int($0.rounded())): their variances are known badly"
    }
    let ofConsistency = levels.filter { ($0.consistency ?? 0) > 1 }.map { level in
      "\(level.observable.name), \(level.particles) particles, \(level.steps) steps: the levels do not fit together, "
        + "consistency \(level.consistency!) is above 1"
    }
    return (ofKurtosis.map { [$0] } ?? []) + ofConsistency
  }

  // MARK: - Estimates

  /// Each level of an estimate has at least so many replicas, to tell variances.
  private static let fewestReplicas = 64
  /// Levels that a multilevel estimate starts with: the least that have two differences, and so an order.
  private static let fewestLevels = 3

  /// Every method at one tolerance.
  private func estimates(_ tolerance: Double, _ session: Session) throws -> ExpectationResult {
    var result = ExpectationResult()
    var ofMethods: [[[Expectation]]] = methods.map { _ in [] }
    for n in particles {
      let levels = steps.indices.map { level($0, particles: n) }
      let samples = try multilevelSamples(levels, tolerance, session)
      let estimates = estimates(of: samples, particles: n)
      result.levels += diagnostics(estimates, tolerance: tolerance, particles: n)
      let biases = estimates.map(\.bias)
      for (index, method) in methods.enumerated() {
        switch method {
        case .multilevel:
          ofMethods[index].append(
            expectations(method, tolerance, Array(levels.prefix(samples.count)), samples, biases: biases))
        case .plain:
          let finest = levels[samples.count - 1]
          let alone = [CoupledLevel(number: finest.number, systems: [finest.systems[0]])]
          var ofValues = [LevelSamples(observables: observables.count)]
          // a replica that is not finite has left no bias either
          if samples.allSatisfy({ $0.nonFiniteReplicas == 0 }) { try complete(alone, &ofValues, tolerance, session) }
          ofMethods[index].append(expectations(method, tolerance, alone, ofValues, biases: biases))
        }
      }
    }
    result.estimates = ofMethods.flatMap { ofMethod in
      observables.indices.flatMap { k in ofMethod.map { $0[k] } }
    }
    return result
  }

  /// The replicas of a multilevel estimate: of the first levels, and of a finer one as long as the bias asks for it.
  ///
  /// The squared error is divided evenly: the bias may be ε/√2 and so may the standard error.
  private func multilevelSamples(_ levels: [CoupledLevel], _ tolerance: Double, _ session: Session) throws
    -> [LevelSamples]
  {
    let none = LevelSamples(observables: observables.count)
    var samples = [LevelSamples](repeating: none, count: min(Self.fewestLevels, levels.count))
    while true {
      try complete(levels, &samples, tolerance, session)
      let isFinite = samples.allSatisfy { $0.nonFiniteReplicas == 0 }
      let bias = estimates(of: samples, particles: levels[0].particles).map(\.bias).max()!
      guard isFinite, samples.count < levels.count, bias > tolerance / 2.0.squareRoot() else { return samples }
      samples.append(none)
    }
  }

  /// Adds replicas until the standard error is small enough; every level takes what the most demanding observable needs.
  private func complete(
    _ levels: [CoupledLevel], _ samples: inout [LevelSamples], _ tolerance: Double, _ session: Session
  ) throws {
    let (costs, particles) = (levels.prefix(samples.count).map(\.cost), levels[0].particles)
    let least = observables.map {
      MultilevelEstimate.leastReplicas(
        leastChange: $0.leastChange(of: model, particles: particles), levels: samples.count, tolerance: tolerance)
    }.max()!.rounded(.up)
    while samples.allSatisfy({ $0.nonFiniteReplicas == 0 }) {
      let wanted = estimates(of: samples, particles: particles).map {
        MultilevelEstimate.allocation(variances: $0.variances, costs: costs, variance: tolerance * tolerance / 2)
      }
      let targets = samples.indices.map { l in
        max(Double(Self.fewestReplicas), least, wanted.map { $0[l] }.max()!.rounded(.up))
      }
      // the variances change a little with every replica: within 1 % it is enough
      guard zip(samples, targets).contains(where: { Double($0.replicas) * 1.01 < $1 }) else { return }
      for (level, target) in zip(levels, targets) where target > Double(1 << Self.replicaBits) {
        throw Self.tooManyReplicas(level.systems[0], target, tolerance)
      }
      let missing = zip(samples, targets).map { max(0, Int($1) - $0.replicas) }
      session.progress?.expect(missing.reduce(0, +))
      for (l, count) in missing.enumerated() { try sample(levels[l], count, into: &samples[l], session) }
    }
  }

  private static func tooManyReplicas(
    _ system: CoupledSystems.System, _ replicas: Double, _ tolerance: Double
  ) -> SimulationError {
    let most = 1 << replicaBits
    // a little more than what takes as many as there may be, so that rounding does not bring it below
    let reachable = 1.05 * tolerance * (replicas / Double(most)).squareRoot()
    return .invalidValue(
      parameter: "tolerance",
      found:
        "\(tolerance), which takes about \(String(format: "%.2g", replicas)) replicas of \(system.particles) particles "
        + "with \(system.steps) steps",
      allowed:
        "\(String(format: "%.2g", reachable)) or more, which takes at most \(most) here; more particles bring fewer")
  }

  private func expectations(
    _ method: ExpectationMethod, _ tolerance: Double, _ levels: [CoupledLevel], _ samples: [LevelSamples],
    biases: [Double]
  ) -> [Expectation] {
    let particles = levels[0].particles
    return zip(observables, zip(estimates(of: samples, particles: particles), biases)).map { observable, result in
      let (estimate, bias) = result
      return Expectation(
        method: method, tolerance: tolerance, observable: observable, particles: particles,
        steps: levels.last!.systems[0].steps, replicas: samples.reduce(0) { $0 + $1.replicas },
        value: estimate.value.isFinite ? estimate.value : nil, standardError: estimate.standardError, bias: bias,
        cost: zip(levels, samples).reduce(0) { $0 + $1.0.cost * Double($1.1.replicas) },
        kurtosis: estimate.kurtosis, replicasOfLevels: samples.map(\.replicas))
    }
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
}
