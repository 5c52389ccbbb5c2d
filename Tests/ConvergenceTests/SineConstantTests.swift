import Foundation
import McKeanVlasov
import Testing

/// The constant of the sine system's chaos error: √n e(T) → N(0, V), whatever α is.
@Suite struct SineConstantTests {
  /// V of the chain tends to V of the equation with order 1 in the step, and Richardson's extrapolation meets it.
  @Test(arguments: [1.2, 1.5, 1.8, 2]) func constantOfTheChainTendsToThatOfTheEquation(alpha: Double) {
    let constant = SineConstant(a: 1, coupling: 2, alpha: alpha, sigma: 1, horizon: 1)
    let limit = constant.ofEquation
    let errors = [100, 200, 400].map { constant.ofChain(steps: $0) / limit - 1 }
    #expect(abs(errors[1] / errors[2] - 2) < 0.05)
    #expect(abs(2 * errors[2] - errors[1]) < 0.02 * abs(errors[2]))
  }

  /// E|√n e| = √(2V/π) and E|√n e|² = V of the chain with the same step, within 4 standard errors and 1 % for terms of
  /// higher order in 1/√n. V without the particles' response to each other's errors and V of another α fail.
  @Test(arguments: [1.5, 1.8]) func errorHasTheConstantOfTheory(alpha: Double) throws {
    let (particles, steps) = (128, 32)
    let study = try ErrorStudy.chaos(
      model: SineInteraction(theta: 1, coupling: 1.5), noise: try LevyNoise(law: .stable(alpha: alpha)), horizon: 1,
      steps: steps, particles: .list([64, particles]), replicas: 6000, p: [1, 2], reference: .exact)
    func variance(alpha: Double, hasResponse: Bool = true) -> Double {
      SineConstant(a: 1, coupling: 1.5, alpha: alpha, sigma: 1, horizon: 1, hasResponse: hasResponse)
        .ofChain(steps: steps)
    }
    let curves = try study.run().filter { $0.metric == .terminal }
    #expect(curves.map(\.p) == [1, 2])
    for curve in curves {
      let scaled = SampleMean(curve.samples.last!.map { $0 * pow(Double(particles), curve.p! / 2) })
      func isNear(_ variance: Double) -> Bool {
        let expected = curve.p == 1 ? (2 * variance / .pi).squareRoot() : variance
        return abs(scaled.value - expected) < 4 * scaled.standardError + 0.01 * expected
      }
      #expect(isNear(variance(alpha: alpha)), "\(scaled)")
      #expect(!isNear(variance(alpha: alpha, hasResponse: false)))
      #expect(!isNear(variance(alpha: alpha - 0.35)))
    }
  }

  /// The script that docs/ names prints this V, and the value of curve.csv.
  @Test func scriptPrintsTheoryBesideTheValue() throws {
    try Files.withTemporaryDirectory { directory in
      let experiment = try Experiment(
        text: """
          [model]
          name = "sine-interaction"
          theta = 0.5
          coupling = 2
          [noise]
          law = "stable"
          alpha = [1.3, 1.8]
          scale = 0.7
          [time]
          horizon = 2
          steps = 4
          [study]
          kind = "chaos"
          reference = "exact"
          particles = [4, 16]
          replicas = 8
          p = [1, 2]
          """, name: "sine")
      let results = try ExperimentRun(experiment, directory: directory + "/run").run()
        .filter { $0.curve.metric == .terminal }
      let lines = try Files.outputOfReference("sine_constant.py", [directory + "/run"]).split(separator: "\n")
        .dropFirst().map { $0.split(separator: " ").compactMap { Double($0) } }
      let expected = results.flatMap { result in
        zip(result.curve.levels, result.curve.estimates()).map { level, estimate in
          let alpha = result.label.noise.alpha
          let variance = SineConstant(a: 0.5, coupling: 2, alpha: alpha, sigma: 0.7, horizon: 2).ofEquation
          return [
            alpha, result.curve.p!, Double(level.particles), Double(level.steps),
            Double(level.particles).squareRoot() * estimate.value,
            result.curve.p == 1 ? (2 * variance / .pi).squareRoot() : variance.squareRoot(),
          ]
        }
      }
      try #require(lines.count == 8 && expected.count == 8)
      for (line, row) in zip(lines, expected) {
        let printed = line[..<5] + [line[6]]
        #expect(zip(printed, row).allSatisfy { abs($0 - $1) < 1e-6 }, "\(line), expected \(row)")
      }
    }
  }

  /// The error of bounded features has every moment; one that is linear in the noise has those below α.
  @Test func secondMomentsAreRefusedWhereTheyAreInfinite() throws {
    func study(_ model: any McKeanVlasovModel, alpha: Double) throws -> ErrorStudy {
      try .chaos(
        model: model, noise: try LevyNoise(law: .stable(alpha: alpha)), horizon: 1, steps: 4,
        particles: .range(from: 4, to: 8), replicas: 8, p: [2])
    }
    let sine = SineInteraction(theta: 1, coupling: 1)
    let linear = OrnsteinUhlenbeck(theta: 1, coupling: 1)
    #expect(try study(sine, alpha: 1.2).run().allSatisfy { $0.estimates().allSatisfy(\.value.isFinite) })
    #expect(throws: SimulationError.infiniteMoment(p: 2, tailIndex: 1.8, study: "chaos ornstein-uhlenbeck")) {
      try study(linear, alpha: 1.8)
    }
    #expect(throws: Never.self) { try study(linear, alpha: 2) }
  }
}
