import CGSL
import Foundation
import McKeanVlasov
import Testing

/// The law of many particles against the exact one, and the rates of its distances.
@Suite struct LawTests {
  private static let free = OrnsteinUhlenbeck(theta: 1, coupling: 0, initial: .constant(1))

  /// P(sup |F_n - F| > λ/√n) in the limit of many particles.
  private static func pValue(_ lambda: Double) -> Double {
    guard lambda > 0.2 else { return 1 }
    var sum = 0.0
    for k in 1...100 {
      let term = exp(-2 * Double(k * k) * lambda * lambda)
      sum += k % 2 == 1 ? 2 * term : -2 * term
    }
    return min(1, sum)
  }

  /// Fisher's combination of independent p-values: how likely so small ones are, and so large ones.
  private static func fisher(_ pValues: [Double]) -> (small: Double, large: Double) {
    let (statistic, freedom) = (-2 * pValues.reduce(0) { $0 + log(max($1, 1e-300)) }, 2 * Double(pValues.count))
    return (gsl_cdf_chisq_Q(statistic, freedom), gsl_cdf_chisq_P(statistic, freedom))
  }

  /// Kolmogorov's distances of n particles from the exact law of Euler's chain with noise of scale 1, as p-values of replicas.
  private static func pValues(_ alpha: Double, coupling: Double = 0, noiseScale: Double = 1, particles: Int) throws
    -> [Double]
  {
    let grid = try TimeGrid(horizon: 1, steps: 2)
    let system = OrnsteinUhlenbeck(theta: 1, coupling: coupling, initial: .constant(1))
    let right = try LevyNoise(law: .stable(alpha: alpha))
    let model = OtherLimit(
      system: system, law: { step, steps in system.exactLaw(noise: right, step: step, steps: steps) })
    let study = try LawStudy(
      model: model, noise: try LevyNoise(law: .stable(alpha: alpha), scale: noiseScale), grid: grid,
      particles: .list([particles / 16, particles]), distances: [.kolmogorov], reference: .exact, replicas: 8, p: [1],
      seed: 11)
    let curve = try #require(try study.run().first)
    return curve.samples[1].map { pValue($0 * Double(particles).squareRoot()) }
  }

  /// 8 replicas of 10^6 independent particles: the combined p-value is neither small nor large. With noise that is 1 % too
  /// large, and where the particles share the fluctuation of their mean, it is small.
  @Test(arguments: [1.2, 1.8]) func aMillionParticlesHaveTheExactLaw(alpha: Double) throws {
    let right = try Self.pValues(alpha, particles: 1_000_000)
    let wrong = try Self.pValues(alpha, noiseScale: 1.01, particles: 1_000_000)
    let coupled = try Self.pValues(alpha, coupling: 1, particles: 100_000)
    print(
      "Kolmogorov at n = 10^6, alpha = \(alpha): \(right), combined \(Self.fisher(right)); 1 % wrong scale \(wrong), \(Self.fisher(wrong).small); coupled, n = 10^5 \(Self.fisher(coupled).small)"
    )
    #expect(Self.fisher(right).small > 1e-3 / 4 && Self.fisher(right).large > 1e-3 / 4)
    #expect(Self.fisher(wrong).small < 1e-3 / 4)
    #expect(Self.fisher(coupled).small < 1e-3 / 4)
  }

  // MARK: - Moments of the distances of independent particles

  /// E|φ_n(u) - φ(u)|² = (1 - |φ(u)|²)/n at every n, within 4 standard errors; half or twice as many particles are not.
  @Test(arguments: [0.6, 1.5]) func characteristicFunctionsAreExact(alpha: Double) throws {
    let noise = try LevyNoise(law: .stable(alpha: alpha), scale: 0.5)
    let grid = try TimeGrid(horizon: 1, steps: 4)
    for reference in [Reference.exact, .next] {
      let study = try LawStudy(
        model: Self.free, noise: noise, grid: grid, particles: .range(from: 8, to: 128),
        distances: [.characteristicFunction], frequencies: [1.3], reference: reference, replicas: 3000, p: [2], seed: 3)
      let curve = try #require(try study.run().first)
      let modulus = try #require(Self.free.exactLaw(noise: noise, step: 0.25, steps: 4)).stable.characteristicFunction(
        at: 1.3)
      for (level, samples) in zip(curve.levels, curve.samples) {
        let n = Double(level.particles)
        // two independent samples of n and of 2n
        let expected = (1 - modulus * modulus) / n * (reference == .exact ? 1 : 1.5)
        #expect(abs(SampleMean(samples).deviation(from: expected)) < 4, "\(reference), n = \(n)")
        for factor in [0.5, 2] { #expect(abs(SampleMean(samples).deviation(from: factor * expected)) > 4) }
      }
      #expect(Self.holds(try ConvergenceRate(fitting: curve), -0.5))
      #expect(!Self.holds(try ConvergenceRate(fitting: curve), -1 / 3))
    }
  }

  /// E W_1 = ∫ E|F_n - F| dx, where nF_n(x) is binomial, whose mean absolute deviation is
  /// 2k C(n,k) q^k (1-q)^{n-k+1}, k = ⌊nq⌋ + 1 (de Moivre).
  private static func meanDistance(_ law: LimitLaw, particles n: Int) -> Double {
    let table = TabulatedLaw(LimitLaw(location: 0, stable: try! StableLaw(alpha: law.stable.alpha)))
    func deviation(_ q: Double) -> Double {
      let k = min(n, Int(Double(n) * q) + 1)
      let logBinomial = lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1))
      return 2 * Double(k) * exp(logBinomial + Double(k) * log(q) + Double(n - k + 1) * log1p(-q)) / Double(n)
    }
    // symmetric; over x = e^y by the trapezoidal rule, the tail beyond by E|F_n - F| ≈ 2 P(X > x)
    let spacing = 1e-3
    let end = 46_000
    let sum = (-25_000...end).reduce(0.0) { sum, k in
      let x = exp(Double(k) * spacing)
      let q = table.distribution(-x)
      return q < 1e-300 ? sum : sum + 2 * deviation(q) * x * spacing
    }
    return law.stable.scale * sum
  }

  private static func holds(_ rate: ConvergenceRate, _ exponent: Double) -> Bool {
    let widening = wideningOfInterval(toLevel: 1 - 1e-3 / 20, groups: 16)
    return abs(rate.slope - exponent) < widening * (rate.interval.upperBound - rate.slope)
  }

  private static func wasserstein(
    _ alpha: Double, _ reference: Reference, theta: Double = 0, to largest: Int = 16384,
    replicas: Int = 512, p: Double
  ) throws -> ErrorCurve {
    let study = try LawStudy(
      model: OrnsteinUhlenbeck(theta: theta, coupling: 0), noise: try LevyNoise(law: .stable(alpha: alpha)),
      grid: try TimeGrid(horizon: 1, steps: 1), particles: .range(from: 64, to: largest, factor: 4),
      distances: [.wasserstein1], reference: reference, replicas: replicas, p: [p], seed: 5)
    return try #require(try study.run().first)
  }

  /// α = 1.5: n^{-1/3}, not n^{-1/2}, against the exact law and between independent systems. The bulk of the law adds a term of the
  /// order of n^{-1/2}, only n^{1/6} times smaller, so on these levels the slope is near -0.3, within the margin of 0.05.
  @Test(arguments: [Reference.exact, .next]) func wassersteinHasTheRateOfExtremes(_ reference: Reference) throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.5))
    let theta = reference == .exact ? 1.0 : 0
    let curve = try Self.wasserstein(1.5, reference, theta: theta, replicas: reference == .exact ? 1024 : 1536, p: 0.5)
    let rate = try ConvergenceRate(fitting: curve)
    let claim = try #require(
      Claim.law(.wasserstein1, of: OrnsteinUhlenbeck(theta: theta, coupling: 0), noise: noise))
    print("W1, alpha = 1.5, \(reference): slope \(rate.slope), \(rate.interval)")
    #expect(abs(claim.exponent + 1 / 3) < 1e-15)
    #expect(Verdict(of: claim, on: rate, in: .n, nonFinite: 0) == .agrees)
    let ofMoments = Claim(exponent: -0.5, alternative: -1 / 3, source: "")
    #expect(Verdict(of: ofMoments, on: rate, in: .n, nonFinite: 0) == .violated)
  }

  /// At p = 1 the mean itself is known: its slope on these levels is met at α = 1.5, its values at α = 2 within 4 standard
  /// errors.
  @Test func meansOfWassersteinAreExact() throws {
    let law = LimitLaw(location: 0, stable: try StableLaw(alpha: 1.5))
    let heavy = try Self.wasserstein(1.5, .exact, replicas: 1024, p: 1)
    let rate = try ConvergenceRate(fitting: heavy)
    let exact = logLogSlope(heavy.abscissae, heavy.levels.map { Self.meanDistance(law, particles: $0.particles) })
    print("E W1, alpha = 1.5: slope \(rate.slope), \(rate.interval), exact \(exact)")
    #expect(Self.holds(rate, exact))
    #expect(!Self.holds(rate, -0.5))

    let normal = LimitLaw(location: 0, stable: try StableLaw(alpha: 2))
    let light = try Self.wasserstein(2, .exact, to: 4096, p: 1)
    for (level, samples) in zip(light.levels, light.samples) {
      let mean = SampleMean(samples)
      let expected = Self.meanDistance(normal, particles: level.particles)
      print(
        "E W1, alpha = 2, n = \(level.particles): \(mean.value), exact \(expected), \(mean.deviation(from: expected))")
      #expect(abs(mean.deviation(from: expected)) < 4)
      #expect(abs(mean.deviation(from: 0.9 * expected)) > 4 && abs(mean.deviation(from: 1.1 * expected)) > 4)
    }
    let slope = try ConvergenceRate(fitting: light)
    #expect(Self.holds(slope, -0.5) && !Self.holds(slope, -1 / 3))
  }
}
