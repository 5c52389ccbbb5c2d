import Foundation
import McKeanVlasov
import Testing

/// The exact laws of the limits of Euler chains.
@Suite struct LimitLawTests {
  /// A start that keeps a particle's law a location plus one stable variable: X_0 = μ + SαS(γ_0).
  struct Start: Sendable {
    let law: InitialLaw
    let mean, scale: Double

    static func all(alpha: Double) throws -> [Start] {
      var starts = [
        Start(law: .constant(1.5), mean: 1.5, scale: 0), Start(law: .uniform(low: -2, high: -2), mean: -2, scale: 0),
        Start(law: .stable(try StableLaw(alpha: alpha, scale: 0.6)), mean: 0, scale: 0.6),
        Start(law: .normal(mean: 0.7, standardDeviation: 0), mean: 0.7, scale: 0),
        Start(law: .stable(try StableLaw(alpha: 0.5, scale: 0)), mean: 0, scale: 0),
      ]
      // N(μ, s²) = μ + S2S(s/√2)
      if alpha == 2 {
        starts.append(Start(law: .normal(mean: 0.7, standardDeviation: 1.2), mean: 0.7, scale: 1.2 / 2.0.squareRoot()))
      }
      return starts
    }
  }

  private static func isClose(_ a: LimitLaw?, location: Double, scale: Double) -> Bool {
    guard let a else { return false }
    return abs(a.location - location) < 1e-13 * max(1, abs(location)) && abs(a.stable.scale / scale - 1) < 1e-12
  }

  /// The law of one step after the other: X = ℓ + SαS(s) becomes (1-aη)ℓ + κη m + SαS, with m the mean.
  @Test(arguments: [0.7, 1.2, 1.5, 2]) func ornsteinUhlenbeck(alpha: Double) throws {
    let noise = try LevyNoise(law: .stable(alpha: alpha), scale: 0.8)
    for (theta, coupling, steps) in [(1.0, 0.0, 7), (0.4, 1.3, 12), (0, 2, 3), (1, -0.6, 5), (0, 0, 4), (8, 0, 4)] {
      guard alpha > 1 || coupling == 0 else { continue }
      for start in try Start.all(alpha: alpha) {
        let step = 1 / Double(steps)
        var (location, mean, power) = (start.mean, start.mean, pow(start.scale, alpha))
        for _ in 0..<steps {
          let contraction = 1 - (theta + coupling) * step
          location = contraction * location + coupling * step * mean
          mean *= 1 - theta * step
          power = pow(abs(contraction), alpha) * power + pow(0.8, alpha) * step
        }
        let law = OrnsteinUhlenbeck(theta: theta, coupling: coupling, initial: start.law).exactLaw(
          noise: noise, step: step, steps: steps)
        #expect(law?.stable.alpha == alpha)
        #expect(Self.isClose(law, location: location, scale: pow(power, 1 / alpha)), "\(theta) \(coupling) \(start)")
      }
    }
  }

  /// m_k = E sin X_k = sin(ℓ_k) exp(-s_k^α), ℓ_{k+1} = (1-θη) ℓ_k + κη m_k.
  @Test(arguments: [0.4, 1, 1.5, 2]) func sineInteraction(alpha: Double) throws {
    let noise = try LevyNoise(law: .stable(alpha: alpha), scale: 0.8)
    for (theta, coupling, steps) in [(1.0, 2.0, 9), (0, -3, 6), (0.5, 0, 4)] {
      for start in try Start.all(alpha: alpha) {
        let step = 1.5 / Double(steps)
        var (location, power) = (start.mean, pow(start.scale, alpha))
        for _ in 0..<steps {
          location = (1 - theta * step) * location + coupling * step * sin(location) * exp(-power)
          power = pow(abs(1 - theta * step), alpha) * power + pow(0.8, alpha) * step
        }
        let law = SineInteraction(theta: theta, coupling: coupling, initial: start.law).exactLaw(
          noise: noise, step: step, steps: steps)
        #expect(Self.isClose(law, location: location, scale: pow(power, 1 / alpha)), "\(theta) \(coupling) \(start)")
      }
    }
  }

  /// N(0, σ²δ) = SαS(σ√(δ/2)) at α = 2.
  @Test func brownianNoise() throws {
    let brownian = OrnsteinUhlenbeck(theta: 1, coupling: 0, initial: .normal(mean: 1, standardDeviation: 2)).exactLaw(
      noise: try LevyNoise(law: .brownian, scale: 3), step: 0.5, steps: 1)
    // X_1 = ½ X_0 + N(0, 9/2): variance ¼ 4 + 9/2 = 2 s²
    #expect(Self.isClose(brownian, location: 0.5, scale: 2.75.squareRoot()))
  }

  @Test func lawsThatAreNotKnown() throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.5))
    let cauchy = InitialLaw.stable(try StableLaw(alpha: 1))
    func law(_ initial: InitialLaw, coupling: Double = 1, dimension: Int = 1, noise other: LevyNoise? = nil)
      -> [LimitLaw?]
    {
      let ornstein = OrnsteinUhlenbeck(theta: 1, coupling: coupling, dimension: dimension, initial: initial)
      let sine = SineInteraction(theta: 1, coupling: coupling, initial: initial)
      return ([ornstein] + (dimension == 1 ? [sine] : []) as [any McKeanVlasovModel]).map {
        $0.exactLaw(noise: other ?? noise, step: 0.1, steps: 3)
      }
    }
    #expect(law(.constant(1)).allSatisfy { $0 != nil })
    #expect(law(.normal(mean: 0, standardDeviation: 1)).allSatisfy { $0 == nil })
    #expect(law(.uniform(low: 0, high: 1)).allSatisfy { $0 == nil })
    #expect(law(cauchy).allSatisfy { $0 == nil } && law(cauchy, coupling: 0).allSatisfy { $0 == nil })
    #expect(law(.constant(1), dimension: 2) == [nil])
    // a point mass has no density
    #expect(law(.constant(1), noise: try LevyNoise(law: .stable(alpha: 1.5), scale: 0)).allSatisfy { $0 == nil })
    #expect(DrivenOscillators().exactLaw(noise: noise, step: 0.1, steps: 3) == nil)
  }

  /// The empirical characteristic function of 2^17 independent copies of the limit, at three frequencies of the law's own scale,
  /// is the exact law's within 4 standard errors; one of a scale 5 % off, or shifted by 5 % of it, is not.
  @Test(arguments: [0, 1, 2, 3, 4]) func characteristicFunctionIsThatOfTheChain(_ index: Int) throws {
    let models: [(alpha: Double, model: any McKeanVlasovModel)] = [
      (1.2, OrnsteinUhlenbeck(theta: 0.5, coupling: 1, initial: .constant(2))),
      (1.5, OrnsteinUhlenbeck(theta: 1, coupling: 1, initial: .stable(try StableLaw(alpha: 1.5, scale: 0.6)))),
      (2, OrnsteinUhlenbeck(theta: 1, coupling: -0.5, initial: .normal(mean: 1, standardDeviation: 0.8))),
      (0.6, SineInteraction(theta: 1, coupling: 2, initial: .constant(1))),
      (1.7, SineInteraction(theta: 0.3, coupling: 3, initial: .constant(0.5))),
    ]
    let (alpha, model) = models[index]
    let noise = try LevyNoise(law: .stable(alpha: alpha), scale: 0.9)
    let (particles, steps) = (1 << 17, 5)
    let systems = try CoupledSystems(
      model: model, noise: noise, horizon: 1,
      systems: [CoupledSystems.System(particles: particles, steps: steps, meanField: .exact)], seed: 3, threads: 2)
    try systems.run(replica: 0)
    let states: [Double] = systems.states(of: 0)
    let law = try #require(model.exactLaw(noise: noise, step: 0.2, steps: steps))
    func deviation(_ law: LimitLaw) -> Double {
      [0.4, 0.8, 1.2].map { frequency in
        let u = frequency / law.stable.scale
        let (exact, found) = (law.characteristicFunction(at: u), NaiveDistance.characteristicFunction(states, at: u))
        // Var cos = ½(1 + Re φ(2u)) - (Re φ(u))², likewise sin
        let double = law.characteristicFunction(at: 2 * u).real
        let cosineError = (((1 + double) / 2 - exact.real * exact.real) / Double(particles)).squareRoot()
        let sineError = (((1 - double) / 2 - exact.imaginary * exact.imaginary) / Double(particles)).squareRoot()
        return max(abs(found.real - exact.real) / cosineError, abs(found.imaginary - exact.imaginary) / sineError)
      }.max()!
    }
    #expect(deviation(law) < 4)
    let scaled = try StableLaw(alpha: alpha, scale: law.stable.scale * 1.05)
    #expect(deviation(LimitLaw(location: law.location, stable: scaled)) > 4)
    #expect(deviation(LimitLaw(location: law.location + 0.05 * law.stable.scale, stable: law.stable)) > 4)
  }
}
