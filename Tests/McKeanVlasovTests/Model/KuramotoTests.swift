import Foundation
import McKeanVlasov
import Testing

@Suite struct KuramotoTests {
  // MARK: - Features and drift

  /// ω^i + (K/n) Σ_j sin(φ^j - φ^i), term by term.
  @Test func featuresAndDriftByHand() {
    let model = Kuramoto(coupling: 2, frequency: .normal(mean: 0, standardDeviation: 1))
    let states: [[Double]] = [[0, 1], [.pi / 2, -2], [-.pi / 3, 0.5]]
    let meanField = model.features(of: states).meanField
    let sines = 1 - 3.0.squareRoot() / 2
    #expect(abs(meanField[0] - 0.5) < 1e-15)
    #expect(abs(meanField[1] - sines / 3) < 1e-15)
    for (drift, state) in zip(model.drift(of: states), states) {
      let pull = states.reduce(0.0) { sum, other in sum + sin(other[0] - state[0]) }
      let expected = state[1] + 2 * pull / 3
      #expect(abs(drift[0] - expected) < 1e-14)
    }
  }

  @Test func featuresAreBoundedAndThereAreNoneWithoutCoupling() {
    #expect(Kuramoto(coupling: -1).featureGrowth == .bounded)
    #expect(Kuramoto(coupling: 0).featureGrowth == .none)
  }

  /// The engine against particles in plain arrays, each with a frequency of its own that never changes.
  @Test func pathsAreThoseOfANaiveSystem() throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.4), scale: 0.5)
    let frequency = InitialLaw.stable(try StableLaw(alpha: 1, scale: 0.3))
    let initial = InitialLaw.uniform(low: -1, high: 2)
    let model = Kuramoto(coupling: 3, frequency: frequency, initial: initial)
    let naive = NaiveSystem(
      components: 2, moving: 1, noisy: 1, features: { [cos($0[0]), sin($0[0])] },
      drift: { x, m in [x[1] + 3 * (m[1] * cos(x[0]) - m[0] * sin(x[0]))] }, initial: [initial, frequency],
      noise: noise, horizon: 1, seed: 4
    ).path(particles: 7, steps: 5, fineSteps: 5, replica: 0)
    let path = try CoupledSystems(
      model: model, noise: noise, horizon: 1, systems: [.init(particles: 7, steps: 5)], seed: 4
    ).path()
    for (states, expected) in zip(path, naive) {
      for (x, y) in zip(states, expected) { #expect(abs(x[0] - y[0]) < 1e-12 && abs(x[1] - y[1]) < 1e-12) }
    }
  }

  // MARK: - The flow

  /// e^{-(kγ)^α} Σ_φ e^{ikT(φ)} p(φ) with T a step of Euler's scheme and the density p on a grid: no Bessel functions.
  ///
  /// The trapezoidal rule is exact to rounding for the smooth periodic densities that the noise of a step leaves.
  private func flowOnAGrid(_ model: Kuramoto, _ noise: LevyNoise, step: Double, steps: Int) -> [Double] {
    guard case .constant(let omega) = model.frequency else { return [] }
    let points = (0..<1024).map { 2 * .pi * Double($0) / 1024 }
    let gamma = noise.incrementScale(over: step)
    var z = (0..<400).map { model.initial[0].characteristicFunction(at: Double($0)) }
    var flow: [Double] = []
    for _ in 0..<steps {
      let (c, s) = z[1]
      flow += [c, s]
      let density = points.map { phi in
        1 + 2
          * z.indices.dropFirst().reduce(0) { sum, k in
            sum + z[k].real * cos(Double(k) * phi) + z[k].imaginary * sin(Double(k) * phi)
          }
      }
      let moved = points.map { $0 + step * (omega + model.coupling * (s * cos($0) - c * sin($0))) }
      z = z.indices.map { k in
        let decay = exp(-pow(Double(k) * gamma, noise.alpha)) / Double(points.count)
        guard decay > 1e-25 else { return (0, 0) }
        var (real, imaginary) = (0.0, 0.0)
        for (phi, p) in zip(moved, density) {
          real += p * cos(Double(k) * phi)
          imaginary += p * sin(Double(k) * phi)
        }
        return (decay * real, decay * imaginary)
      }
    }
    return flow
  }

  @Test(
    arguments: [
      (1.2, 3, 0, 0.2, .normal(mean: 0.4, standardDeviation: 0.3)),
      // a large repulsive step, which folds the circle several times
      (1.7, -40, 0.7, 0.3, .normal(mean: -1, standardDeviation: 0.2)),
      (2, 0.5, -3, 0.1, .normal(mean: 2, standardDeviation: 1)),
    ] as [(Double, Double, Double, Double, InitialLaw)])
  func flowIsThatOfTheDensityOnAGrid(
    alpha: Double, coupling: Double, omega: Double, step: Double, initial: InitialLaw
  ) throws {
    let noise = try LevyNoise(law: .stable(alpha: alpha), scale: 0.8)
    let model = Kuramoto(coupling: coupling, frequency: .constant(omega), initial: initial)
    let flow = try #require(model.exactFlow(noise: noise, step: step, steps: 5))
    let expected = flowOnAGrid(model, noise, step: step, steps: 5)
    #expect(flow.count == expected.count)
    for (a, b) in zip(flow, expected) { #expect(abs(a - b) < 1e-12) }
    let other = flowOnAGrid(
      Kuramoto(coupling: coupling * 1.001, frequency: .constant(omega), initial: initial), noise, step: step, steps: 5)
    #expect(zip(flow, other).contains { abs($0 - $1) > 1e-6 }, "another coupling would pass too")
  }

  /// Oscillators that start together: after a step all have the phase T(φ), and z_1 = e^{iT(φ) - γ^α}. The characters of a
  /// constant do not fall with k, and a step whose coupling is large needs many of them.
  @Test(arguments: [0.3, 3, 50, 1000]) func firstStepFromOnePhaseByHand(coupling: Double) throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.3), scale: 2)
    let two = [InitialLaw.uniform(low: 0, high: 0), .constant(0)]
    for initial in two + [.constant(1.1)] {
      let model = Kuramoto(coupling: coupling, frequency: .constant(0.25), initial: initial)
      let flow = try #require(model.exactFlow(noise: noise, step: 1, steps: 2))
      let start = initial.mean!
      let decay = exp(-pow(2, 1.3))
      let expected = [cos(start), sin(start), decay * cos(start + 0.25), decay * sin(start + 0.25)]
      for (a, b) in zip(flow, expected) { #expect(abs(a - b) < 1e-12) }
    }
    // two thirds of the circle, with one step by hand: z_1 = (1/w) ∫ e^{i(φ + K(s cos φ - c sin φ))} dφ e^{-γ^α}
    let model = Kuramoto(coupling: coupling, initial: .uniform(low: 0, high: 4))
    let flow = try #require(model.exactFlow(noise: noise, step: 1, steps: 2))
    let (c, s) = (sin(4.0) / 4, (1 - cos(4.0)) / 4)
    #expect(abs(flow[0] - c) < 1e-15 && abs(flow[1] - s) < 1e-15)
    for (part, wave) in [(2, { cos($0) }), (3, { sin($0) })] as [(Int, (Double) -> Double)] {
      let pieces = Int(coupling) + 1
      let integral = (0..<pieces).reduce(0.0) { sum, k in
        sum
          + Integral.of(
            { wave($0 + coupling * (s * cos($0) - c * sin($0))) }, from: 4 * Double(k) / Double(pieces),
            to: 4 * Double(k + 1) / Double(pieces))
      }
      #expect(abs(flow[part] - exp(-pow(2, 1.3)) * integral / 4) < 1e-10)
    }
  }

  /// Rotating the frame changes nothing: with frequency ω the flow is that of ω = 0 times e^{ikωη}.
  @Test func aCommonFrequencyOnlyRotatesTheFlow() throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.5), scale: 0.7)
    let initial = InitialLaw.normal(mean: 0.3, standardDeviation: 0.6)
    let rest = try #require(Kuramoto(coupling: 2, initial: initial).exactFlow(noise: noise, step: 0.1, steps: 20))
    let turning = try #require(
      Kuramoto(coupling: 2, frequency: .constant(5), initial: initial).exactFlow(noise: noise, step: 0.1, steps: 20))
    for k in 0..<20 {
      let (c, s) = (cos(0.5 * Double(k)), sin(0.5 * Double(k)))
      #expect(abs(turning[2 * k] - (c * rest[2 * k] - s * rest[2 * k + 1])) < 1e-13)
      #expect(abs(turning[2 * k + 1] - (s * rest[2 * k] + c * rest[2 * k + 1])) < 1e-13)
    }
  }

  /// The largest deviation, in standard errors, of the features' means over independent copies of the limit from
  /// a multiple of the flow.
  private func deviation(_ model: Kuramoto, _ noise: LevyNoise, factors: [Double]) throws -> [Double] {
    let (steps, copies) = (10, 1 << 16)
    let flow = try #require(model.exactFlow(noise: noise, step: 0.2, steps: steps))
    let systems = try CoupledSystems(
      model: model, noise: noise, horizon: 2, systems: [.init(particles: copies, steps: steps, meanField: .exact)],
      seed: 5)
    var deviations = factors.map { _ in 0.0 }
    try systems.run(
      replica: 0,
      afterStep: { step in
        guard step < steps else { return }
        let states: [Double] = systems.states(of: 0)
        for (k, feature) in [{ cos($0) }, { sin($0) }].enumerated() as EnumeratedSequence<[(Double) -> Double]> {
          let values = stride(from: 0, to: states.count, by: 2).map { feature(states[$0]) }
          let mean = values.reduce(0, +) / Double(copies)
          let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(copies)
          for (i, factor) in factors.enumerated() {
            let error = abs(mean - factor * flow[2 * step + k])
            // equal values have no standard error but rounding
            deviations[i] = max(deviations[i], error / max((variance / Double(copies)).squareRoot(), 1e-10))
          }
        }
      })
    return deviations
  }

  private static let noises = [LevyNoise.Law.stable(alpha: 0.8), .stable(alpha: 1.5), .stable(alpha: 2), .brownian]

  @Test(arguments: noises) func flowIsTheMeanOfTheLimit(law: LevyNoise.Law) throws {
    let noise = try LevyNoise(law: law, scale: 0.8)
    let laws: [InitialLaw] = [
      .constant(1), .normal(mean: 1, standardDeviation: 0.5), .uniform(low: 0, high: 3),
      .stable(try StableLaw(alpha: 1.2, scale: 0.7)),
    ]
    for initial in laws {
      let model = Kuramoto(coupling: 2, frequency: .constant(-1), initial: initial)
      let deviations = try deviation(model, noise, factors: [1, 1.03])
      #expect(deviations[0] < 5, "80 numbers a law of the noise: \(deviations[0])")
      #expect(deviations[1] > 5)
    }
  }

  // MARK: - Where the flow is not known, and the edges of where it is

  @Test func flowIsUnknownForDifferentOscillatorsAndWithoutNoise() throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.5))
    func flow(_ frequency: InitialLaw, _ noise: LevyNoise, coupling: Double = 3) -> [Double]? {
      Kuramoto(coupling: coupling, frequency: frequency).exactFlow(noise: noise, step: 0.05, steps: 2)
    }
    #expect(flow(.constant(1), noise)?.count == 4)
    #expect(flow(.normal(mean: 0, standardDeviation: 1), noise) == nil)
    #expect(flow(.stable(try StableLaw(alpha: 1, scale: 1)), noise) == nil)
    for scale in [0, 1e-300, 1e-6] {
      for law in [LevyNoise.Law.stable(alpha: 0.1), .stable(alpha: 1.5), .brownian] {
        #expect(flow(.constant(1), try LevyNoise(law: law, scale: scale)) == nil)
      }
    }
    // oscillators that are identical, however their law is written
    for omega in [0, 0.7] {
      let same = [InitialLaw.normal(mean: omega, standardDeviation: 0), .uniform(low: omega, high: omega)]
      for frequency in same + (omega == 0 ? [.stable(try StableLaw(alpha: 1, scale: 0))] : []) {
        #expect(flow(frequency, noise)?.count == 4 && flow(frequency, noise) == flow(.constant(omega), noise))
      }
    }
    for coupling in [1e6, -1e6, 1e300] { #expect(flow(.constant(1), noise, coupling: coupling) == nil) }
  }

  /// Bessel functions of arguments from 1e-300 to 2000 and of every order that matters: at an underflow GSL gives no value.
  @Test func smallAndLargeArgumentsOfBesselFunctionsDoNotUnderflow() throws {
    for exponent in stride(from: -300.0, through: 3, by: 0.25) {
      for sign in [1.0, -1] {
        let coupling = sign * pow(10, exponent)
        for (alpha, scale) in [(0.5, 100), (1, 3), (2, 3)] as [(Double, Double)] {
          let flow = Kuramoto(coupling: coupling, initial: .uniform(low: -1, high: 1)).exactFlow(
            noise: try LevyNoise(law: .stable(alpha: alpha), scale: scale), step: 1, steps: 3)
          #expect(try #require(flow).allSatisfy { abs($0) <= 1 })
        }
      }
    }
  }

  @Test func theFlowOfTwoHundredStepsTakesLessThanASecond() throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.2))
    let time = try ContinuousClock().measure {
      _ = try #require(Kuramoto(coupling: 3).exactFlow(noise: noise, step: 0.05, steps: 200))
    }
    #expect(time < .seconds(1))
  }

  // MARK: - Claims

  @Test func claims() throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.5))
    let normal = InitialLaw.normal(mean: 0, standardDeviation: 1)
    for model in [Kuramoto(coupling: 1), Kuramoto(coupling: -2, frequency: normal, initial: normal)] {
      #expect(model.claim(on: .terminal, in: .n, noise: noise)?.exponent == -0.5)
      #expect(model.claim(on: .gridSup, in: .dt, noise: noise)?.exponent == 1)
      #expect(model.claim(on: .offGrid, in: .dt, noise: noise)?.exponent == 1 / 1.5)
      for variable in ConvergenceVariable.allCases { #expect(model.errorTailIndex(in: variable, noise: noise) == nil) }
    }
  }

  /// Without coupling the scheme is exact: the frequencies only turn the phases.
  @Test func nothingIsClaimedOfRounding() throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.5))
    let model = Kuramoto(coupling: 0, frequency: .constant(2))
    #expect(model.claim(on: .terminal, in: .n, noise: noise) == nil)
    #expect(model.claim(on: .terminal, in: .dt, noise: noise) == nil)
    #expect(model.claim(on: .offGrid, in: .dt, noise: noise)?.exponent == 1 / 1.5)
    let study = try ErrorStudy.strong(
      model: model, noise: noise, horizon: 1, steps: .list([4, 8, 16]), particles: 4, replicas: 8)
    let curve = try #require(try study.run().first { $0.metric == .terminal })
    #expect(curve.samples.joined().allSatisfy { $0 < 1e-6 }, "√|e| of rounding errors")
  }

  /// The frequencies enter the strong error's constant, which has no mean for Lorentzian ones.
  @Test func nothingIsClaimedInTheStepForFrequenciesWithAPowerTail() throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.5))
    let model = Kuramoto(coupling: 1, frequency: .stable(try StableLaw(alpha: 1, scale: 1)))
    #expect(model.claim(on: .terminal, in: .n, noise: noise)?.exponent == -0.5)
    for metric in Metric.ofPaths { #expect(model.claim(on: metric, in: .dt, noise: noise) == nil) }
  }
}
