import Foundation
import Logging

/// How fast the law of n particles, (1/n) Σ_i δ_{X^i}, approaches the law of the limit as n grows: distances on the line, each
/// a moment over replicas.
///
/// Measured against the exact law, or against another, independent system. What is measured is the error of sampling and that
/// of chaos together (docs/theory.md, section 14).
public struct LawStudy: Sendable {
  /// The particles' model.
  public let model: any McKeanVlasovModel
  /// What drives them.
  public let noise: LevyNoise
  /// The time grid of every system.
  public let grid: TimeGrid
  /// Distances between laws: of `Metric.ofLaws`.
  public let distances: [Metric]
  /// Where characteristic functions are compared.
  public let frequencies: [Double]
  /// Independent repetitions of everything.
  public let replicas: Int
  /// The orders of the moments.
  public let p: [Double]
  /// Of the noise; runs of the same seed share it.
  public let seed: UInt32
  /// Of the particles' numbers.
  public let precision: Precision
  /// The levels, smallest first; level k is system k.
  public let levels: [ErrorCurve.Level]
  let systems: [CoupledSystems.System]
  /// The system that a level is measured against; nil where the exact law is known.
  private let references: [Int]?
  private let exact: LimitLaw?

  /// - Parameters:
  ///   - particles: the ladder in n.
  ///   - distances: different ones, at least one; `wasserstein1` needs a tail index above 1.
  ///   - frequencies: above 0, at least one where `characteristicFunction` is among the distances; far below 10^15 over the
  ///     size of the particles' numbers, since of uX there the phase is lost to rounding.
  ///   - reference: `.exact` for models whose `exactLaw` is known; `.next` and `.size(N)`, of at least 16 times the largest n,
  ///     are systems that share no noise with the level.
  ///   - p: orders of the moments; with `wasserstein1` below the tail index.
  /// - Throws: `SimulationError`.
  public init(
    model: any McKeanVlasovModel, noise: LevyNoise, grid: TimeGrid, particles: Ladder, distances: [Metric],
    frequencies: [Double] = [1], reference: Reference = .next, replicas: Int, p: [Double] = [0.5], seed: UInt32 = 1,
    precision: Precision = .double
  ) throws(SimulationError) {
    try precision.require(of: model, noise: noise)
    (self.model, self.noise, self.grid, self.distances) = (model, noise, grid, distances)
    (self.frequencies, self.replicas, self.p, self.seed, self.precision) = (frequencies, replicas, p, seed, precision)
    guard model.shape.noisy == 1 else {
      throw .invalidValue(
        parameter: "kind",
        found: "\"law\" of \(model.name) with \(model.shape.noisy) numbers a particle that take noise",
        allowed: "models with one, since the distances are those of laws on the line")
    }
    let (sizes, closing) = try particles.levels("particles", reference: reference)
    levels = sizes.map { ErrorCurve.Level(particles: $0, steps: grid.steps, step: grid.step) }
    (systems, references, exact) = try Self.systems(
      sizes, closing: closing, reference: reference, model: model, noise: noise, grid: grid)
    for system in systems { try SimulationError.requireCount(system.endOfParticles, "particles") }
    try SimulationError.requireCount(replicas, "replicas", atLeast: ErrorStudy.fewestReplicas)
    guard !distances.isEmpty, Set(distances).count == distances.count, distances.allSatisfy(Metric.ofLaws.contains)
    else {
      throw .invalidValue(
        parameter: "distance", found: "\(distances.map(\.rawValue))",
        allowed: "different ones of " + Metric.ofLaws.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
    }
    guard !frequencies.isEmpty, Set(frequencies).count == frequencies.count,
      frequencies.allSatisfy({ $0 > 0 && $0.isFinite })
    else {
      throw .invalidValue(
        parameter: "frequencies", found: "\(frequencies)", allowed: "one or more different finite numbers above 0")
    }
    try requireMoments()
    try SimulationError.requireLimit(of: model, noise: noise)
  }

  /// Nested systems against the exact law; else systems one after the other on the particles of the noise, so that no two
  /// share any.
  private static func systems(
    _ sizes: [Int], closing: Int?, reference: Reference, model: any McKeanVlasovModel, noise: LevyNoise, grid: TimeGrid
  ) throws(SimulationError) -> (systems: [CoupledSystems.System], references: [Int]?, exact: LimitLaw?) {
    switch reference {
    case .exact:
      guard let law = model.exactLaw(noise: noise, step: grid.step, steps: grid.steps) else {
        throw .noExactLaw(of: model, noise: noise)
      }
      return (sizes.map { CoupledSystems.System(particles: $0, steps: grid.steps) }, nil, law)
    case .size(let size):
      try Reference.requireParticles(size, levels: sizes)
      // the levels are nested in each other, and share nothing with what they are measured against
      let levels = sizes.map { CoupledSystems.System(particles: $0, steps: grid.steps) }
      let large = CoupledSystems.System(particles: size, steps: grid.steps, firstParticle: sizes.last!)
      return (levels + [large], sizes.map { _ in sizes.count }, nil)
    case .next:
      var systems: [CoupledSystems.System] = []
      for size in sizes + [closing!] {
        systems.append(
          CoupledSystems.System(particles: size, steps: grid.steps, firstParticle: systems.last?.endOfParticles ?? 0))
      }
      return (systems, sizes.indices.map { $0 + 1 }, nil)
    }
  }

  private func requireMoments() throws(SimulationError) {
    let index = distances.contains(.wasserstein1) ? tailIndex(of: .wasserstein1) : nil
    if let index, index <= 1 {
      throw .invalidValue(
        parameter: "distance",
        found: "\"wasserstein-1\" of laws with tail index \(index), between which it is infinite",
        allowed: "\"kolmogorov\" and \"characteristic-function\", or a tail index above 1")
    }
    try SimulationError.requireMoments(p, below: index, of: "wasserstein-1 \(model.name)")
  }

  /// The tail index of a distance, nil where all its moments are finite: one particle at x moves Wasserstein's by |x|/n.
  func tailIndex(of distance: Metric) -> Double? {
    distance == .wasserstein1 ? model.tailIndex(with: noise) : nil
  }

  /// The curves that the study yields, in order.
  var curveNames: [(metric: Metric, p: Double?)] { distances.flatMap { distance in p.map { (distance, $0) } } }

  private var needsSorting: Bool { distances.contains { $0 != .characteristicFunction } }

  /// Bytes of the systems, of their sorted numbers and of the results of so many replicas, on so many threads.
  func bytes(replicas: Int, threads: Int) -> Double {
    let engines = Replicas.engines(count: replicas, threads: threads)
    let ofEngine = CoupledSystems.bytes(
      model: model, noise: noise, systems: systems, threads: threads / engines, precision: precision)
    let meters = systems.reduce(0.0) {
      $0 + ObservableMeter.bytes([], model: model, particles: $1.particles, sorting: needsSorting)
    }
    // a number of a replica, and its row of replicas.csv
    let results = 192 * Double(replicas) * Double(curveNames.count * levels.count)
    return Double(engines) * (ofEngine + meters) + results
  }

  /// Runs the study.
  ///
  /// - Parameter rule: adds replicas to those of the study until it is met; nil adds none.
  /// - Returns: one curve for each distance and moment, in order of distance, then p.
  /// - Throws: `SimulationError.tooMuchMemory`; `.invalidValue` for fewer replicas than a rule needs, or more than it allows.
  public func run(
    until rule: StoppingRule? = nil, threads: Int = ProcessInfo.processInfo.activeProcessorCount,
    progress: ReplicaProgress? = nil,
    logger: Logger = Logger(label: "mckean")
  ) throws -> [ErrorCurve] {
    try SimulationError.requireMemory(bytes(replicas: rule?.maxReplicas ?? replicas, threads: threads))
    let table = needsSorting ? exact.map(TabulatedLaw.init) : nil
    return try rule.curves(
      replicas: replicas, progress: progress,
      sample: { try sample($0, table, threads: threads, progress: progress, logger: logger) },
      curves: { results in
        let nonFinite = Set(results.indices.filter { results[$0] == nil })
        return distances.indices.flatMap { index in
          p.map { p in
            ErrorCurve(
              metric: distances[index], p: p, sweep: .law, levels: levels,
              samples: levels.indices.map { level in results.map { $0.map { pow($0[index][level], p) } ?? .nan } },
              tailIndex: tailIndex(of: distances[index]),
              errors: p == self.p[0] ? results.compactMap { $0?[index].last } : [], hasOneFactor: hasOneFactor,
              nonFiniteReplicas: nonFinite)
          }
        }
      })
  }

  /// `[replica][distance][level]` of a range of replicas; nil of one that is not finite.
  private func sample(
    _ replicas: Range<Int>, _ table: TabulatedLaw?, threads: Int, progress: ReplicaProgress?, logger: Logger
  ) throws -> [[[Double]]?] {
    let loop = try Replicas(first: replicas.lowerBound, count: replicas.count, threads: threads)
    return try loop.map(
      makeWorker: {
        let engine = try CoupledSystems(
          model: model, noise: noise, horizon: grid.horizon, systems: systems, seed: seed,
          threads: loop.threadsPerWorker, precision: precision)
        let meters = systems.indices.map {
          ObservableMeter([], of: $0, in: engine, sorting: needsSorting)
        }
        return (engine: engine, meters: meters)
      }, progress: progress
    ) { worker, replica -> [[Double]]? in
      if let nonFinite = try worker.engine.run(replica: replica) {
        logger.warning("\(nonFinite.description(ofReplica: replica, in: systems))")
        return nil
      }
      return measure(worker.meters, table)
    }
  }

  private var hasOneFactor: Bool {
    guard let references else { return true }
    return Ladder.hasOneFactor(zip(levels, references).map { ($0.particles, systems[$1].particles) })
  }

  /// `[distance][level]` of one replica.
  private func measure(_ meters: [ObservableMeter], _ table: TabulatedLaw?) -> [[Double]] {
    let sorted = needsSorting ? meters.map { $0.sortedNumbers() } : []
    return distances.map { distance in
      switch distance {
      case .characteristicFunction:
        frequencies.map { u in
          let ofSystems = meters.map { $0.characteristicFunction(at: u) }
          return levels.indices.map { level in
            let other = references.map { ofSystems[$0[level]] } ?? exact!.characteristicFunction(at: u)
            return hypot(ofSystems[level].real - other.real, ofSystems[level].imaginary - other.imaginary)
          }
        }.reduce([Double](repeating: 0, count: levels.count)) { zip($0, $1).map { max($0, $1) } }
      case .kolmogorov:
        levels.indices.map { level in
          table.map { LawDistance.kolmogorov(sorted[level], $0) }
            ?? LawDistance.kolmogorov(sorted[level], sorted[references![level]])
        }
      default:
        levels.indices.map { level in
          table.map { LawDistance.wasserstein1(sorted[level], $0) }
            ?? LawDistance.wasserstein1(sorted[level], sorted[references![level]])
        }
      }
    }
  }
}
