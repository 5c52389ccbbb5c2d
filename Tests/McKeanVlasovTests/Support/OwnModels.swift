import Foundation
import McKeanVlasov

/// A model of a user's own, outside the library: particles drawn towards the mean of their hyperbolic tangents.
struct TanhAttraction: McKeanVlasovModel {
  let name = "tanh-attraction"
  let shape = ModelShape(components: 1, features: 1)
  let initial = [InitialLaw.normal(mean: 0.5, standardDeviation: 1)]
  let featureGrowth = FeatureGrowth.bounded

  func addFeatures(
    of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping: inout MutableSpan<Double>,
    scratch: inout MutableSpan<Double>
  ) {
    for i in block.indices { sums[0] += tanh(block[i]) }
  }

  func drift(
    of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into drift: inout MutableSpan<Double>
  ) {
    for i in block.indices { drift[i] = 2 * prepared[0] - tanh(block[i]) }
  }

  func claim(on metric: Metric, in variable: ConvergenceVariable, noise: LevyNoise) -> Claim? {
    switch (variable, metric.pathError) {
    case (.n, _): Claim(exponent: -0.5, source: "a theorem of one's own")
    case (.dt, .offGrid), (.dt, .pathSup): nil
    case (.dt, _): Claim(exponent: 0.9, kind: .bound, source: "a bound of one's own")
    }
  }

  /// The drift is bounded, so synchronous coupling cancels the noise.
  func errorTailIndex(in variable: ConvergenceVariable, noise: LevyNoise) -> Double? { nil }
}

/// A model whose mean field is 0, for tests of what does not depend on it.
protocol ModelWithoutFeatures: McKeanVlasovModel {}

extension ModelWithoutFeatures {
  func addFeatures(
    of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping: inout MutableSpan<Double>,
    scratch: inout MutableSpan<Double>
  ) {}
}

/// Oscillators with velocity and position, of which only the velocity takes noise, each with a frequency of its own:
/// components 4 > moving 3 > noisy 2.
///
///     dV_c = (m_c - V_c) dt + dL_c,   c = 0, 1,   dX = (V_0 + ω sin V_1) dt,   m_c = (1/n) Σ_j V_c cos(ω_j X_j)
///
/// It keeps cos(ωX) for the drift, and uses its scratch space.
struct DrivenOscillators: McKeanVlasovModel {
  let name = "driven-oscillators"
  let shape = ModelShape(components: 4, moving: 3, noisy: 2, features: 2, prepared: 3, kept: 1, scratch: 1)
  let initial = [
    InitialLaw.constant(1), .uniform(low: -1, high: 1), .normal(mean: 0, standardDeviation: 1),
    .uniform(low: 1, high: 2),
  ]
  let featureGrowth = FeatureGrowth.linear

  func addFeatures(
    of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Double>,
    scratch: inout MutableSpan<Double>
  ) {
    let count = block.count / 4
    for i in 0..<count { scratch[i] = block[3 * count + i] * block[2 * count + i] }
    for i in 0..<count {
      kept[i] = cos(scratch[i])
      for c in 0..<2 { sums[c] += block[c * count + i] * kept[i] }
    }
  }

  /// The third number is the sum of the others, which the position feels.
  func prepare(meanField: Span<Double>, into prepared: inout MutableSpan<Double>) {
    for c in 0..<2 { prepared[c] = meanField[c] }
    prepared[2] = meanField[0] + meanField[1]
  }

  func drift(
    of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into drift: inout MutableSpan<Double>
  ) {
    let count = block.count / 4
    for i in 0..<count { scratch[i] = sin(block[count + i]) }
    for i in 0..<count {
      for c in 0..<2 { drift[c * count + i] = prepared[c] - block[c * count + i] }
      drift[2 * count + i] = block[i] + block[3 * count + i] * scratch[i] + kept[i] * prepared[2]
    }
  }
}

extension DrivenOscillators {
  /// The same model, particle by particle.
  static func naiveFeatures(_ x: [Double]) -> [Double] { (0..<2).map { x[$0] * cos(x[3] * x[2]) } }

  static func naiveDrift(_ x: [Double], _ m: [Double]) -> [Double] {
    [m[0] - x[0], m[1] - x[1], x[0] + x[3] * sin(x[1]) + cos(x[3] * x[2]) * (m[0] + m[1])]
  }
}

/// The same oscillators in single precision.
extension DrivenOscillators: SinglePrecisionModel {
  func addFeatures(
    of block: Span<Float>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Float>,
    scratch: inout MutableSpan<Float>
  ) {
    let count = block.count / 4
    for i in 0..<count { scratch[i] = block[3 * count + i] * block[2 * count + i] }
    for i in 0..<count {
      kept[i] = cos(scratch[i])
      for c in 0..<2 { sums[c] += Double(block[c * count + i] * kept[i]) }
    }
  }

  func prepare(meanField: Span<Double>, into prepared: inout MutableSpan<Float>) {
    for c in 0..<2 { prepared[c] = Float(meanField[c]) }
    prepared[2] = Float(meanField[0] + meanField[1])
  }

  func drift(
    of block: Span<Float>, prepared: Span<Float>, kept: Span<Float>, scratch: inout MutableSpan<Float>,
    into drift: inout MutableSpan<Float>
  ) {
    let count = block.count / 4
    for i in 0..<count { scratch[i] = sin(block[count + i]) }
    for i in 0..<count {
      for c in 0..<2 { drift[c * count + i] = prepared[c] - block[c * count + i] }
      drift[2 * count + i] = block[i] + block[3 * count + i] * scratch[i] + kept[i] * prepared[2]
    }
  }
}
