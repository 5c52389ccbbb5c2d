import Foundation
import McKeanVlasov
import Testing

@Suite struct DoubleWellTests {
  // MARK: - A step by hand

  @Test func driftByHand() {
    let model = DoubleWell(barrier: 2, coupling: 0.5)
    // 2(x - x³) - (x - m)/2 with m = 1
    for (x, expected) in [(0.0, 0.5), (1, 0), (3, -49), (-1, 1)] {
      #expect(model.drift(of: [[x]], meanField: [1]) == [[expected]])
    }
  }

  /// Where the model's own map takes particles that are the whole system, in a step of this length.
  private func moved(_ model: DoubleWell, _ states: [Double], step: Double) -> [Double] {
    let model = model.discretised(step: step)
    let (meanField, kept) = model.features(of: states.map { [$0] })
    var moved = states
    var none: [Double] = []
    var scratch = none.mutableSpan
    var movedSpan = moved.mutableSpan
    model.move(of: states.span, prepared: meanField.span, kept: kept.span, scratch: &scratch, into: &movedSpan)
    return moved
  }

  /// x' = β(x - x³) by the classical Runge–Kutta method, the time cut into pieces that the cube allows.
  private func flow(_ x: Double, barrier: Double, time: Double) -> Double {
    func b(_ x: Double) -> Double { barrier * (x - x * x * x) }
    var (x, rest) = (x, time)
    while rest > 0 {
      let h = min(rest, 1e-2 / (barrier * (1 + 3 * x * x)))
      let k1 = b(x), k2 = b(x + h / 2 * k1), k3 = b(x + h / 2 * k2), k4 = b(x + h * k3)
      x += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
      rest -= h
    }
    return x
  }

  @Test(arguments: [0.25, 1, 3], [0.01, 0.3, 2])
  func withoutAttractionAStepIsTheFlowOfTheWell(barrier: Double, step: Double) {
    let starts = [0, 1e-8, -0.1, 0.5, 1, -1, 1.5, -3, 40]
    let ends = moved(DoubleWell(barrier: barrier, coupling: 0), starts, step: step)
    for (start, end) in zip(starts, ends) {
      let expected = flow(start, barrier: barrier, time: step)
      #expect(abs(end - expected) <= 1e-9 * abs(expected), "from \(start)")
      let longer = flow(start, barrier: barrier, time: 1.001 * step)
      if start != 0, abs(start) != 1, abs(abs(end) - 1) > 1e-3 {
        #expect(abs(end - longer) > 1e-9 * abs(longer), "a longer step would pass too")
      }
    }
  }

  @Test func twoStepsOfTheWellAreOneOfTheirSum() {
    let model = DoubleWell(barrier: 1.3, coupling: 0)
    let starts = [-1e200, -2, 0.3, 1e-3]
    let twice = moved(model, moved(model, starts, step: 0.2), step: 0.5)
    for (a, b) in zip(twice, moved(model, starts, step: 0.7)) { #expect(abs(a - b) < 1e-14 * abs(b)) }
  }

  /// y = Φ(x), then y - κΔt (y - mean y).
  @Test func attractionFollowsTheFlow() {
    let starts = [-2, 0.5, 3.0]
    let y = starts.map { flow($0, barrier: 1, time: 0.2) }
    let mean = y.reduce(0, +) / 3
    let expected = y.map { $0 - 0.7 * 0.2 * ($0 - mean) }
    for (a, b) in zip(moved(DoubleWell(barrier: 1, coupling: 0.7), starts, step: 0.2), expected) {
      #expect(abs(a - b) < 1e-10)
    }
  }

  @Test func aTamedStepByHand() {
    let model = DoubleWell(barrier: 1, coupling: 2, scheme: .tamed)
    // the mean is 2/3
    let drifts: [Double] = [10.0 / 3, 4.0 / 3, -86.0 / 3]
    for (i, start) in [-1.0, 0, 3].enumerated() {
      let expected = start + 0.3 * drifts[i] / (1 + 0.3 * abs(drifts[i]))
      #expect(abs(moved(model, [-1, 0, 3], step: 0.3)[i] - expected) < 1e-14)
    }
  }

  // MARK: - Extremes

  /// From the largest double the well leads to (1 - e^{-2βΔt})^{-1/2}; 0 and ±1 stay, however long the step.
  @Test(arguments: [1e-3, 1, 1e3, 1e308]) func theFlowOverflowsNowhere(barrier: Double) {
    let bound = 1 / (1 - exp(-barrier * 0.2)).squareRoot()
    let ends = moved(
      DoubleWell(barrier: barrier, coupling: 0), [.greatestFiniteMagnitude, -1e300, 1e160, 0, 1, -1, 1e-30], step: 0.1)
    for (end, expected) in zip(ends, [bound, -bound, bound, 0, 1, -1]) {
      #expect(abs(end - expected) <= 1e-12 * abs(expected))
    }
    #expect(ends[6] > 0 && ends[6] <= 1)
    if barrier >= 1e3 { #expect(ends[6] == 1) }
  }

  @Test(arguments: [0, 1, -1e10]) func aTamedStepMovesByAtMostOneAndOverflowsNowhere(coupling: Double) {
    let model = DoubleWell(barrier: 1, coupling: coupling, scheme: .tamed)
    for (start, end) in [(1e7, 9_999_999), (-1e7, -9_999_999), (1e120, 1e120), (-1e300, -1e300)] {
      #expect(moved(model, [start], step: 0.01) == [end])
    }
    // the largest drift that is still a number, and the force of a mean far away
    #expect(moved(DoubleWell(barrier: 1e300, coupling: 0, scheme: .tamed), [100], step: 0.01) == [99])
    #expect(moved(DoubleWell(barrier: 1, coupling: 1, scheme: .tamed), [0, 1e150], step: 0.01)[0] == 1)
  }

  @Test(arguments: DoubleWell.Scheme.allCases) func whatIsNotANumberStaysSo(scheme: DoubleWell.Scheme) {
    for state in [Double.infinity, -.infinity, .nan] {
      for coupling in [0.0, 1] {
        let model = DoubleWell(barrier: 1, coupling: coupling, scheme: scheme)
        #expect(!moved(model, [state, 0], step: 0.1)[0].isFinite)
      }
    }
  }

  // MARK: - In the engine

  /// Both schemes against plain arrays, on two grids of the same noise: each system has a map for its own step.
  @Test(arguments: DoubleWell.Scheme.allCases) func pathsAreThoseOfANaiveSystem(scheme: DoubleWell.Scheme) throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.3), scale: 2)
    let initial = InitialLaw.normal(mean: 0, standardDeviation: 1)
    let systems = try CoupledSystems(
      model: DoubleWell(barrier: 1.5, coupling: 0.8, scheme: scheme, initial: initial), noise: noise, horizon: 1,
      systems: [.init(particles: 6, steps: 4), .init(particles: 6, steps: 8)], seed: 9)
    var ends: [[[Double]]] = []
    try systems.run(replica: 2, afterStep: { if $0 == 8 { ends = [systems.states(of: 0), systems.states(of: 1)] } })
    for (end, steps) in zip(ends, [4, 8]) {
      let step = 1 / Double(steps)
      func feature(_ x: Double) -> Double {
        scheme == .tamed ? x : x * exp(1.5 * step) / (1 + x * x * (exp(3 * step) - 1)).squareRoot()
      }
      let naive = NaiveSystem(
        components: 1, moving: 1, noisy: 1, features: { [feature($0[0])] },
        drift: { x, m in
          // as a drift, whose step leads to F(x, m)
          switch scheme {
          case .splitting:
            let y = feature(x[0])
            return [(y - 0.8 * step * (y - m[0]) - x[0]) / step]
          case .tamed:
            let b = 1.5 * (x[0] - x[0] * x[0] * x[0]) - 0.8 * (x[0] - m[0])
            return [b / (1 + step * abs(b))]
          }
        }, initial: [initial], noise: noise, horizon: 1, seed: 9)
      let expected = naive.path(particles: 6, steps: steps, fineSteps: 8, replica: 2).last!
      for (x, y) in zip(end, expected) { #expect(abs(x[0] - y[0]) < 1e-11 * max(1, abs(y[0]))) }
    }
  }

  /// A model with a map of its own has it in double precision only, whatever else it can do.
  @Test func singlePrecisionIsRefused() throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.3))
    let models: [any McKeanVlasovModel] = [DoubleWell(barrier: 1, coupling: 1), HalvingInEitherPrecision()]
    for model in models {
      #expect(throws: SimulationError.self) {
        try CoupledSystems(
          model: model, noise: noise, horizon: 1, systems: [.init(particles: 2, steps: 2)], seed: 1, precision: .single)
      }
    }
  }

  // MARK: - Claims

  private func claim(
    _ scheme: DoubleWell.Scheme, _ metric: Metric, _ variable: ConvergenceVariable, _ noise: LevyNoise,
    coupling: Double = 1, initial: InitialLaw = .constant(0)
  ) -> Claim? {
    DoubleWell(barrier: 1, coupling: coupling, scheme: scheme, initial: initial)
      .claim(on: metric, in: variable, noise: noise)
  }

  @Test func chaosClaims() throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.3))
    for metric in Metric.ofPaths where metric != .particleMax {
      let splitting = try #require(claim(.splitting, metric, .n, noise))
      let tamed = try #require(claim(.tamed, metric, .n, noise))
      #expect(splitting.exponent == -0.5 && splitting.alternative == tamed.exponent)
      #expect(abs(tamed.exponent - (1 / 1.3 - 1)) < 1e-15 && tamed.alternative == -0.5)
    }
    #expect(claim(.splitting, .terminal, .n, try LevyNoise(law: .stable(alpha: 0.7)))?.exponent == -0.5)
    for scheme in DoubleWell.Scheme.allCases {
      #expect(claim(scheme, .terminal, .n, noise, coupling: 0) == nil)
      #expect(claim(scheme, .terminal, .n, try LevyNoise(law: .brownian))?.exponent == -0.5)
    }
  }

  /// Order 1 but for the largest error on the grid, whose moments have rates of their own under jumps.
  @Test func strongClaims() throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.3))
    for metric in [Metric.terminal, .terminalMedian, .gridSupMedian] {
      #expect(claim(.splitting, metric, .dt, noise)?.exponent == 1)
    }
    #expect(claim(.splitting, .gridSup, .dt, noise) == nil)
    #expect(claim(.splitting, .gridSup, .dt, try LevyNoise(law: .brownian))?.exponent == 1)
    #expect(claim(.splitting, .offGrid, .dt, noise)?.exponent == 1 / 1.3)
    for metric in Metric.ofPaths { #expect(claim(.tamed, metric, .dt, noise) == nil) }
    // without noise the flow is exact, and what is left is the splitting of the attraction
    let silent = try LevyNoise(law: .brownian, scale: 0)
    let apart = InitialLaw.uniform(low: -1, high: 1)
    #expect(claim(.splitting, .terminal, .dt, silent, coupling: 0, initial: apart) == nil)
    #expect(claim(.splitting, .terminal, .dt, silent, initial: .constant(2)) == nil)
    #expect(claim(.splitting, .terminal, .dt, silent, initial: apart)?.exponent == 1)
  }

  @Test func tailIndices() throws {
    let initial = InitialLaw.stable(try StableLaw(alpha: 1.1))
    func tailIndex(_ scheme: DoubleWell.Scheme, _ variable: ConvergenceVariable, alpha: Double) throws -> Double? {
      DoubleWell(barrier: 1, coupling: 1, scheme: scheme, initial: initial)
        .errorTailIndex(in: variable, noise: try LevyNoise(law: .stable(alpha: alpha)))
    }
    #expect(try tailIndex(.splitting, .n, alpha: 1.3) == nil)
    #expect(try tailIndex(.tamed, .n, alpha: 1.3) == 1.1)
    #expect(try abs(tailIndex(.splitting, .dt, alpha: 1.3)! - 1.1) < 1e-15)
    #expect(try tailIndex(.splitting, .dt, alpha: 0.7) == 0.7)
    #expect(try tailIndex(.splitting, .dt, alpha: 2) == nil)
    #expect(try tailIndex(.tamed, .dt, alpha: 2) == 1.1)
  }
}

/// x ← x/2 + ΔL, in a model that says it can compute in single precision too.
private struct HalvingInEitherPrecision: SinglePrecisionModel, OneStepModel {
  let name = "halving"
  let shape = ModelShape(components: 1, features: 1)
  let initial = [InitialLaw.constant(1)]
  let featureGrowth = FeatureGrowth.none

  func discretised(step: Double) -> any OneStepModel { self }
  func addFeatures(
    of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Double>,
    scratch: inout MutableSpan<Double>
  ) {}
  func addFeatures(
    of block: Span<Float>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Float>,
    scratch: inout MutableSpan<Float>
  ) {}
  func drift(
    of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into drift: inout MutableSpan<Double>
  ) {}
  func drift(
    of block: Span<Float>, prepared: Span<Float>, kept: Span<Float>, scratch: inout MutableSpan<Float>,
    into drift: inout MutableSpan<Float>
  ) {}
  func move(
    of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into moved: inout MutableSpan<Double>
  ) {
    for i in block.indices { moved[i] = block[i] / 2 }
  }
}
