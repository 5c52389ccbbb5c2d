import McKeanVlasov
import Synchronization
import Testing

@Suite struct TrajectoryStudyTests {
  private static func study(steps: Int = 6, snapshots: Int = 4, replicas: Int = 3, sampler: Sampler = .vector) throws
    -> TrajectoryStudy
  {
    try TrajectoryStudy(
      model: DrivenOscillators(), noise: LevyNoise(law: .stable(alpha: 1.6), scale: 0.3, sampler: sampler),
      grid: TimeGrid(horizon: 3, steps: steps), particles: 1500, replicas: replicas, snapshots: snapshots, seed: 9)
  }

  private static func records(_ study: TrajectoryStudy, threads: Int) throws -> [[Int]: [Double]] {
    let records = Mutex<[[Int]: [Double]]>([:])
    try study.run(threads: threads) { replica, snapshot, states in
      records.withLock { $0[[replica, snapshot]] = states }
    }
    return records.withLock { $0 }
  }

  /// Every snapshot of every replica, particle by particle, against particles in plain arrays with GSL's draws; two blocks.
  @Test func snapshotsAreTheStatesAtTheirTimes() throws {
    let study = try Self.study(sampler: .gsl)
    #expect(study.times == [0, 1, 2, 3])
    let records = try Self.records(study, threads: 2)
    #expect(records.count == 12)
    let naive = NaiveSystem.drivenOscillators(noise: study.noise, horizon: 3, seed: 9)
    for replica in 0..<3 {
      let path = naive.path(particles: 1500, steps: 6, fineSteps: 6, replica: UInt32(replica))
      for snapshot in 0..<4 {
        let states = try #require(records[[replica, snapshot]])
        let expected = path[2 * snapshot].flatMap { $0 }
        #expect(states.count == expected.count)
        #expect(zip(states, expected).allSatisfy { abs($0 - $1) < 1e-11 * max(1, abs($1)) })
      }
    }
  }

  @Test(arguments: Sampler.allCases)
  func threadsDoNotChangeABit(sampler: Sampler) throws {
    let study = try Self.study(sampler: sampler)
    let records = try Self.records(study, threads: 2)
    for threads in [1, 3, 5] { #expect(try Self.records(study, threads: threads) == records) }
  }

  /// Observables are those of the states, replica by replica and snapshot by snapshot, on any number of threads.
  @Test func observablesAreThoseOfTheSnapshots() throws {
    let study = try TrajectoryStudy(
      model: SineInteraction(theta: 1, coupling: 2, initial: .constant(1)), noise: LevyNoise(law: .stable(alpha: 1.6)),
      grid: TimeGrid(horizon: 3, steps: 6), particles: 2500, replicas: 3, snapshots: 4,
      observables: [.mean, .probabilityBeyond(level: 1)], seed: 9)
    let records = Mutex<[[Int]: [Double]]>([:])
    let values = try study.run(threads: 2) { replica, snapshot, states in
      records.withLock { $0[[replica, snapshot]] = states }
    }
    #expect(values.count == 3 && values.allSatisfy { $0.count == 4 })
    for replica in 0..<3 {
      for snapshot in 0..<4 {
        let states = try #require(records.withLock { $0[[replica, snapshot]] })
        let expected = [states.reduce(0, +) / 2500, Double(states.count { $0 > 1 }) / 2500]
        #expect(zip(values[replica][snapshot], expected).allSatisfy { abs($0 - $1) < 1e-11 * max(1, abs($1)) })
      }
    }
    for threads in [1, 7] { #expect(try study.run(threads: threads) == values) }
    #expect(Set(values.joined().map { $0[0] }).count == 10)
  }

  @Test func statesAreLeftOutOnlyForObservables() throws {
    func study(_ observables: [Observable]) throws -> TrajectoryStudy {
      try TrajectoryStudy(
        model: DrivenOscillators(), noise: LevyNoise(law: .brownian), grid: TimeGrid(horizon: 3, steps: 6),
        particles: 2, snapshots: 2, observables: observables, writesStates: false)
    }
    #expect(throws: Never.self) { try study([.mean]) }
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "states", found: "false", allowed: "true, or observables to look at in place of the states")
    ) { try study([]) }
    #expect(throws: SimulationError.self) { try study([.loss]) }
  }

  @Test(arguments: [(6, 1), (6, 0), (6, 5), (6, 8), (4, 4)])
  func snapshotsDivideTheSteps(steps: Int, snapshots: Int) {
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "snapshots", found: "\(snapshots)",
        allowed: "a whole number from 2 up, with snapshots - 1 a divisor of the \(steps) steps")
    ) { try Self.study(steps: steps, snapshots: snapshots) }
  }

  @Test func anErrorOfTheRecorderEndsTheRun() throws {
    struct Full: Error {}
    #expect(throws: Full.self) {
      try Self.study().run(threads: 2) { replica, snapshot, _ in if replica == 1 && snapshot == 2 { throw Full() } }
    }
  }
}
