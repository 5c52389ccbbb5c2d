import Foundation
import McKeanVlasov
import Testing

@Suite struct CoupledSystemsTests {
  typealias System = CoupledSystems.System

  private static func noise(_ alpha: Double = 1.6, shape: NoiseShape = .independent) throws -> LevyNoise {
    try LevyNoise(law: .stable(alpha: alpha), scale: 0.5, shape: shape)
  }

  /// Whether two lists of states agree up to the rounding of sums that are taken in another order.
  private static func agree(_ a: [[Double]], _ b: [[Double]]) -> Bool {
    a.count == b.count && zip(a.joined(), b.joined()).allSatisfy { abs($0 - $1) <= 1e-11 * max(1, abs($1)) }
  }

  /// Euler's scheme, every system of a list, at each of its steps, against particles in plain arrays with GSL's draws; the
  /// largest system has three blocks, the last one not full.
  @Test(arguments: [LevyNoise.Law.stable(alpha: 1.6), .brownian, .stable(alpha: 0.8)])
  func systemsMeetTheNaiveScheme(law: LevyNoise.Law) throws {
    let noise = try LevyNoise(law: law, scale: 0.3, sampler: .gsl)
    if case .stable = law {} else { return try meetsNaiveBrownian(noise) }
    let naive = NaiveSystem.drivenOscillators(noise: noise, horizon: 1.5, seed: 12)
    let systems = [
      System(particles: 5, steps: 6), System(particles: 3000, steps: 12), System(particles: 3000, steps: 4),
    ]
    let engine = try CoupledSystems(model: DrivenOscillators(), noise: noise, horizon: 1.5, systems: systems, seed: 12)
    #expect(engine.blockSize == 1365 && engine.blocks == 3)
    for (index, system) in systems.enumerated() {
      let path = try engine.path(of: index, replica: 2)
      let expected = naive.path(particles: system.particles, steps: system.steps, fineSteps: 12, replica: 2)
      for (k, states) in expected.enumerated() { #expect(Self.agree(path[k * 12 / system.steps], states)) }
    }
  }

  /// A system may take the noise of other particles than the first ones: parts of a block, whole blocks, none of the first
  /// block. On the noise of the first particles it is another system.
  @Test(arguments: [(first: 0, particles: 1400), (1000, 3), (1000, 2000), (1365, 1365), (2000, 700)])
  func aSystemBeginsAtAnyParticle(first: Int, particles: Int) throws {
    let noise = try Self.noise()
    let naive = NaiveSystem.drivenOscillators(noise: noise, horizon: 1.5, seed: 12)
    let systems = [
      System(particles: 2, steps: 4), System(particles: particles, steps: 2, firstParticle: first),
      System(particles: particles, steps: 4, firstParticle: first),
    ]
    let engine = try CoupledSystems(model: DrivenOscillators(), noise: noise, horizon: 1.5, systems: systems, seed: 12)
    for index in 1...2 {
      let path = try engine.path(of: index, replica: 2)
      func naivePath(first: Int) -> [[[Double]]] {
        naive.path(particles: particles, steps: systems[index].steps, fineSteps: 4, replica: 2, first: first)
      }
      for (k, states) in naivePath(first: first).enumerated() {
        #expect(Self.agree(path[k * 4 / systems[index].steps], states))
      }
      #expect(!Self.agree(path[0], naivePath(first: first + 1)[0]))
    }
  }

  private func meetsNaiveBrownian(_ noise: LevyNoise) throws {
    // N(0, σ²δ) is the stable law of α = 2 and scale σ/√2.
    let naive = NaiveSystem.ornsteinUhlenbeck(
      theta: 0.7, coupling: 2, dimension: 3, initial: .uniform(low: 0, high: 1),
      noise: try LevyNoise(law: .stable(alpha: 2), scale: noise.scale / 2.0.squareRoot()), horizon: 1, seed: 3)
    let model = OrnsteinUhlenbeck(theta: 0.7, coupling: 2, dimension: 3, initial: .uniform(low: 0, high: 1))
    let engine = try CoupledSystems(
      model: model, noise: noise, horizon: 1, systems: [System(particles: 9, steps: 8)], seed: 3)
    for (states, expected) in zip(try engine.path(), naive.path(particles: 9, steps: 8, fineSteps: 8, replica: 0)) {
      #expect(Self.agree(states, expected))
    }
  }

  /// Without drift a state is the sum of the particle's increments, so systems of every size and step agree: in n to the
  /// bit, in the step but for the order of the sum. Three different lists of systems, with one and with several blocks.
  @Test(arguments: NoiseShape.allCases)
  func noiseDependsOnNeitherSizeNorStepNorCompany(shape: NoiseShape) throws {
    func terminal(_ systems: [System], of index: Int) throws -> [[Double]] {
      let engine = try CoupledSystems(
        model: OrnsteinUhlenbeck.driftless(dimension: 2), noise: Self.noise(shape: shape), horizon: 2, systems: systems,
        seed: 4)
      return try engine.path(of: index).last!
    }
    let alone = try terminal([System(particles: 7, steps: 12)], of: 0)
    let systems = [
      System(particles: 7, steps: 12), System(particles: 9000, steps: 12), System(particles: 8000, steps: 3),
      System(particles: 7, steps: 1),
    ]
    #expect(try terminal(systems, of: 0) == alone)
    #expect(try Array(terminal(systems, of: 1).prefix(7)) == alone)
    #expect(try Self.agree(Array(terminal(systems, of: 2).prefix(7)), alone))
    #expect(try Self.agree(terminal(systems, of: 3), alone))
    #expect(Set(alone.map { $0[0] }).count == 7)
  }

  @Test func initialValuesDoNotDependOnSize() throws {
    let model = OrnsteinUhlenbeck.driftless(initial: .normal(mean: 0, standardDeviation: 1))
    let engine = try CoupledSystems(
      model: model, noise: Self.noise(), horizon: 1,
      systems: [System(particles: 10, steps: 2), System(particles: 5000, steps: 1)], seed: 4)
    try engine.run(
      replica: 1,
      afterStep: { step in
        if step == 0 { #expect((engine.states(of: 0) as [[Double]]) == Array(engine.states(of: 1).prefix(10))) }
      })
  }

  @Test func replicasAndSeedsDiffer() throws {
    func terminal(seed: UInt32, replica: UInt32) throws -> [[Double]] {
      try CoupledSystems(
        model: OrnsteinUhlenbeck(theta: 1, coupling: 1), noise: Self.noise(), horizon: 1,
        systems: [System(particles: 3, steps: 2)], seed: seed
      ).path(replica: replica).last!
    }
    let first = try terminal(seed: 1, replica: 0)
    #expect(try terminal(seed: 1, replica: 1) != first)
    #expect(try terminal(seed: 2, replica: 0) != first)
    #expect(try terminal(seed: 1, replica: 0) == first)
  }

  /// The mean field of 10,000 particles in several blocks, whatever works on the blocks, to the bit; twice on the same
  /// engine, which must not remember anything.
  @Test(arguments: [1, 2, 3, 8])
  func threadsDoNotChangeABit(threads: Int) throws {
    func run(_ threads: Int) throws -> [[[Double]]] {
      let engine = try CoupledSystems(
        model: DrivenOscillators(), noise: Self.noise(shape: .isotropic), horizon: 1,
        systems: [System(particles: 10_000, steps: 4), System(particles: 4097, steps: 2)], seed: 8, threads: threads)
      #expect(engine.blocks == 8)
      var results: [[[Double]]] = []
      for replica in [5, 6, 5] as [UInt32] {
        try engine.run(replica: replica)
        results += [engine.states(of: 0), engine.states(of: 1), [engine.meanField(of: 0)], [engine.meanField(of: 1)]]
      }
      return results
    }
    let results = try run(threads)
    #expect(results == (try run(1)))
    #expect(Array(results[0..<4]) == Array(results[8..<12]))
  }

  @Test func observersSeeEveryBlockOfEveryStepOnce() throws {
    let engine = try CoupledSystems(
      model: OrnsteinUhlenbeck.driftless(), noise: Self.noise(), horizon: 1,
      systems: [System(particles: 4100, steps: 3)],
      seed: 1)
    var seen: [[Int]] = []
    var steps: [Int] = []
    try engine.run(replica: 0, observe: { seen.append([$1, $0]) }, afterStep: { steps.append($0) })
    #expect(seen == (0...3).flatMap { step in (0..<3).map { [step, $0] } })
    #expect(steps == [0, 1, 2, 3])
    #expect((0..<3).map { engine.particles(ofBlock: $0, in: 0) } == [0..<2048, 2048..<4096, 4096..<4100])
  }

  /// A block holds its particles' numbers component by component; beyond a system's size it is empty.
  @Test func blocksAreTheStatesComponentMajor() throws {
    let engine = try CoupledSystems(
      model: DrivenOscillators(), noise: Self.noise(), horizon: 1,
      systems: [System(particles: 3000, steps: 2), System(particles: 7, steps: 2)], seed: 1)
    try engine.run(replica: 0)
    for system in 0..<2 {
      let states: [[Double]] = engine.states(of: system)
      for block in 0..<engine.blocks {
        let particles = engine.particles(ofBlock: block, in: system)
        let numbers = (0..<4).flatMap { component in particles.map { states[$0][component] } }
        #expect(Array(engine.block(block, of: system)) == numbers)
      }
    }
    #expect(engine.block(2, of: 0).count == 4 * (3000 - 2 * 1365) && engine.block(1, of: 1).isEmpty)
  }

  @Test func meanFieldIsThatOfTheStates() throws {
    let engine = try CoupledSystems(
      model: OrnsteinUhlenbeck(theta: 1, coupling: 3, dimension: 2), noise: Self.noise(), horizon: 1,
      systems: [System(particles: 5000, steps: 4)], seed: 1)
    try engine.run(
      replica: 0,
      afterStep: { _ in
        let states = engine.states()
        for c in 0..<2 {
          let mean = states.reduce(0) { $0 + $1[c] } / 5000
          #expect(abs(engine.meanField(of: 0)[c] - mean) < 1e-11 * max(1, abs(mean)))
        }
      })
  }

  @Test func blockSizeIsAFunctionOfTheShape() {
    #expect(ModelShape(components: 1, features: 1).blockSize == 2048)
    #expect(
      ModelShape(components: 4, moving: 3, noisy: 2, features: 2, prepared: 3, kept: 1, scratch: 1).blockSize == 1365)
    #expect(ModelShape(components: 74, moving: 64, features: 4000, kept: 400, scratch: 400).blockSize == 256)
  }
}
