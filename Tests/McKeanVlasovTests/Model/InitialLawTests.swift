import Foundation
import McKeanVlasov
import Testing

@Suite struct InitialLawTests {
  private static func laws() throws -> [InitialLaw] {
    [
      .constant(0.75), .normal(mean: -0.5, standardDeviation: 1.5), .uniform(low: -1, high: 3),
      .stable(try StableLaw(alpha: 1.4, scale: 0.8)),
    ]
  }

  /// The initial values of particles with two components, as the engine draws them.
  private static func draws(_ law: InitialLaw, particles: Int, sampler: Sampler = .vector) throws -> [[Double]] {
    let systems = try CoupledSystems(
      model: OrnsteinUhlenbeck.driftless(dimension: 2, initial: law),
      noise: LevyNoise(law: .brownian, sampler: sampler),
      horizon: 1, systems: [CoupledSystems.System(particles: particles, steps: 1)], seed: 2024)
    return try systems.path(replica: 3)[0]
  }

  @Test func means() throws {
    #expect(try Self.laws().map(\.mean) == [0.75, -0.5, 1, 0])
    #expect(InitialLaw.stable(try StableLaw(alpha: 1)).mean == nil)
    #expect(InitialLaw.stable(try StableLaw(alpha: 0.7, scale: 0)).mean == 0)
  }

  @Test func tailIndices() throws {
    #expect(try Self.laws().map(\.tailIndex) == [nil, nil, nil, 1.4])
    #expect(InitialLaw.stable(try StableLaw(alpha: 2)).tailIndex == nil)
    #expect(InitialLaw.stable(try StableLaw(alpha: 1.4, scale: 0)).tailIndex == nil)
  }

  @Test(arguments: [0, 0.3, -1.7])
  func characteristicFunctionsInClosedForm(u: Double) throws {
    let expected: [(Double, Double)] = [
      (cos(0.75 * u), sin(0.75 * u)),
      (exp(-1.125 * u * u) * cos(0.5 * u), -exp(-1.125 * u * u) * sin(0.5 * u)),
      // (1/4) ∫_{-1}^3 e^{iux} dx
      u == 0 ? (1, 0) : ((sin(3 * u) + sin(u)) / (4 * u), (cos(u) - cos(3 * u)) / (4 * u)),
      (exp(-pow(0.8 * abs(u), 1.4)), 0),
    ]
    for (law, expected) in zip(try Self.laws(), expected) {
      let value = law.characteristicFunction(at: u)
      #expect(abs(value.real - expected.0) < 1e-14 && abs(value.imaginary - expected.1) < 1e-14)
    }
    let point = InitialLaw.uniform(low: 2, high: 2).characteristicFunction(at: u)
    #expect(abs(point.real - cos(2 * u)) < 1e-14 && abs(point.imaginary - sin(2 * u)) < 1e-14)
  }

  /// Both coordinates of 2^16 particles have the law's characteristic function at three frequencies, at a family-wise
  /// level of 1e-3, and do not have another law's.
  @Test func drawsHaveTheLaw() throws {
    let frequencies = [0.3, 0.8, 2]
    func pValue(_ draws: [Double], _ law: InitialLaw) -> Double {
      frequencies.map { u in
        let expected = law.characteristicFunction(at: u)
        return min(
          PValue.mean(draws.map { cos(u * $0) }, expected: expected.real),
          PValue.mean(draws.map { sin(u * $0) }, expected: expected.imaginary))
      }.min()!
    }
    let laws = try Self.laws().dropFirst()
    let level = 1e-3 / Double(laws.count * 2 * 2 * frequencies.count)
    for law in laws {
      let draws = try Self.draws(law, particles: 1 << 16)
      for coordinate in 0..<2 {
        let values = draws.map { $0[coordinate] }
        #expect(pValue(values, law) > level)
        for other in laws where other != law { #expect(pValue(values, other) < level) }
      }
      let products = draws.map { cos($0[0]) * sin($0[1] + 1) }
      let means = (0..<2).map { c in
        draws.map { c == 0 ? cos($0[0]) : sin($0[1] + 1) }.reduce(0, +) / Double(draws.count)
      }
      #expect(PValue.mean(products, expected: means[0] * means[1]) > 1e-3 / 3)
    }
    #expect(try Self.draws(.constant(0.75), particles: 3) == Array(repeating: [0.75, 0.75], count: 3))
  }

  /// Every particle of three blocks, which are drawn in parts, has the draw of its own counter: GSL's to the rounding of a
  /// uniform's ends, the kernel's to that of a draw, 1e-14 + 1e-15/t with no t much below 1e-5 among 10^4.
  @Test(arguments: [(Sampler.gsl, 1e-15), (.vector, 1e-10)])
  func everyParticleHasItsOwnDraw(sampler: Sampler, tolerance: Double) throws {
    let noise = try LevyNoise(law: .stable(alpha: 2))
    for law in try Self.laws() {
      let naive = NaiveSystem.ornsteinUhlenbeck(
        theta: 0, coupling: 0, dimension: 2, initial: law, noise: noise, horizon: 1, seed: 2024)
      let expected = naive.path(particles: 4500, steps: 1, fineSteps: 1, replica: 3)[0]
      let draws = try Self.draws(law, particles: 4500, sampler: sampler)
      #expect(zip(draws.joined(), expected.joined()).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) })
    }
  }

  private static func frozenLaws() throws -> [InitialLaw] {
    [
      .normal(mean: 1.5, standardDeviation: 2), .uniform(low: -1, high: 3),
      .stable(try StableLaw(alpha: 1.4, scale: 0.8)),
    ]
  }

  /// GSL's draws of particles 0 and 5, from an implementation of Philox and of GSL's formulas of its own.
  @Test func drawsOfGSLAreFrozen() throws {
    let golden = [
      [[-0.16595740310710116, 0.10205663431303047], [1.362517684728299, 1.0555265458195617]],
      [[-0.5659358783741726, 0.300796116418105], [0.8456286934730498, 0.501750464495427]],
      [[-1.3708425141220044, -0.6082234948204556], [-0.08072270755401798, -0.2664799679914485]],
    ]
    for (law, expected) in zip(try Self.frozenLaws(), golden) {
      let draws = try Self.draws(law, particles: 6, sampler: .gsl)
      #expect([draws[0], draws[5]] == expected)
    }
  }

  /// The draws of the vectorised kernels, as they stood when they were within 3 · 2^-53 of exact ones in 60 digits.
  @Test func drawsOfTheKernelsAreFrozen() throws {
    let golden = [
      [[-0.16595740310710116, 0.10205663431303047], [1.362517684728299, 1.0555265458195617]],
      [[-0.5659358783741726, 0.300796116418105], [0.8456286934730498, 0.501750464495427]],
      [[-1.3708425141220046, -0.6082234948204555], [-0.08072270755401799, -0.2664799679914485]],
    ]
    for (law, expected) in zip(try Self.frozenLaws(), golden) {
      let draws = try Self.draws(law, particles: 6)
      #expect([draws[0], draws[5]] == expected)
    }
  }

  /// In single precision a particle starts at the rounded number, with either sampler.
  @Test(arguments: Sampler.allCases)
  func singlePrecisionRoundsTheDraws(sampler: Sampler) throws {
    for law in try Self.laws() {
      let single = try path(
        of: OrnsteinUhlenbeck.driftless(dimension: 2, initial: law), noise: LevyNoise(law: .brownian, sampler: sampler),
        horizon: 1, steps: 1, particles: 3000, seed: 2024, replica: 3, precision: .single)[0]
      let double = try Self.draws(law, particles: 3000, sampler: sampler)
      #expect(single == double.map { $0.map { Double(Float($0)) } })
      if law != .constant(0.75) { #expect(single != double) }
    }
  }
}
