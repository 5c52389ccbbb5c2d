import CGSL
import Foundation

/// Kuramoto's oscillators with noise,
///
///     dφ^i = (ω^i + (K/n) Σ_j sin(φ^j - φ^i)) dt + σ dL^i,
///
/// whose onset of order and stationary order parameter |(1/n) Σ_j e^{iφ^j}| are known (docs/theory.md, section 11). Phases
/// are not wrapped.
public struct Kuramoto: McKeanVlasovModel {
  public let name = "kuramoto"
  /// K.
  public let coupling: Double
  /// The law of the natural frequencies ω.
  public let frequency: InitialLaw
  /// Component 0 is the phase, component 1 the frequency. The features are cos φ and sin φ, which are kept.
  public let shape = ModelShape(components: 2, moving: 1, features: 2, kept: 2, scratch: 1)
  /// The laws of phase and frequency.
  public let initial: [InitialLaw]

  /// - Parameters:
  ///   - coupling: K, finite.
  ///   - frequency: the law of the natural frequencies; a constant for identical oscillators.
  ///   - initial: the law of the phases at time 0.
  public init(coupling: Double, frequency: InitialLaw = .constant(0), initial: InitialLaw = .constant(0)) {
    (self.coupling, self.frequency, self.initial) = (coupling, frequency, [initial, frequency])
  }

  public var featureGrowth: FeatureGrowth { coupling == 0 ? .none : .bounded }

  public func addFeatures(
    of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Double>,
    scratch: inout MutableSpan<Double>
  ) {
    let count = block.count / 2
    for i in 0..<count { scratch[i] = block[i] }
    BlockMath.cos(&scratch)
    sums[0] += BlockMath.sum(scratch.span)
    for i in 0..<count { (kept[i], scratch[i]) = (scratch[i], block[i]) }
    BlockMath.sin(&scratch)
    sums[1] += BlockMath.sum(scratch.span)
    for i in 0..<count { kept[count + i] = scratch[i] }
  }

  /// ω + K (mean(sin) cos φ - mean(cos) sin φ).
  public func drift(
    of block: Span<Double>, prepared mean: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into drift: inout MutableSpan<Double>
  ) {
    let count = block.count / 2
    let (cosine, sine) = (coupling * mean[0], coupling * mean[1])
    for i in 0..<count { drift[i] = block[count + i] + sine * kept[i] - cosine * kept[count + i] }
  }

  public func claim(on metric: Metric, in variable: ConvergenceVariable, noise: LevyNoise) -> Claim? {
    switch variable {
    case .n: .chaos(on: metric, featureGrowth: featureGrowth, tailIndex: tailIndex(with: noise))
    case .dt:
      frequency.tailIndex == nil
        ? .strongEuler(on: metric, noise: noise, hasDrift: coupling != 0) : nil
    }
  }

  /// The drift is bounded but for the frequencies, which are the same in every system: the noise cancels.
  public func errorTailIndex(in variable: ConvergenceVariable, noise: LevyNoise) -> Double? { nil }

  /// The flow of the Euler chain of identical oscillators. Their law stays symmetric about its centre c, which turns with ω, so
  /// that E e^{ikφ} = a_k e^{ikc} with real a_k, and with Bessel's functions J_m
  ///
  ///     a_k ← e^{-(kγ)^α} Σ_m J_m(kηKa_1) a_{k-m},   c ← c + ωη,   η the step, γ the scale of one increment,
  ///
  /// since the drift is ω - Ka_1 sin(φ - c) and e^{-ix sin θ} = Σ_m J_m(x) e^{-imθ} (docs/theory.md, section 11.2). nil for
  /// oscillators that differ, without noise, and where a step has so little noise that more than `mostTerms` terms matter.
  public func exactFlow(noise: LevyNoise, step: Double, steps: Int) -> [Double]? {
    guard let omega = frequency.onlyValue else { return nil }
    let gamma = noise.incrementScale(over: step)
    // beyond this harmonic e^{-(kγ)^α} is below e^{-32}, about 1e-14
    let last = max(1, (pow(32, 1 / noise.alpha) / gamma).rounded(.up))
    let order = Self.largestOrder(at: last * step * abs(coupling))
    guard last * order <= Self.mostTerms else { return nil }
    let harmonics = Int(last)
    // a_k of the initial law need not fall with k: the first step takes all that it can reach
    var a = (0...harmonics + Int(order)).map { initial[0].centeredCharacteristicFunction(at: Double($0)) }
    var flow: [Double] = []
    for index in 0..<steps {
      let center = initial[0].center + omega * step * Double(index)
      flow += [a[1] * cos(center), a[1] * sin(center)]
      a = (0...harmonics).map { k in
        let bessel = Self.besselFunctions(at: Double(k) * step * coupling * a[1])
        return exp(-pow(Double(k) * gamma, noise.alpha)) * Self.convolution(of: a, with: bessel, at: k)
      }
    }
    return flow
  }

  /// Σ_m J_m a_{k-m} over all integers m, where J_{-m} = (-1)^m J_m, a_{-k} = a_k, and a_k = 0 beyond the last.
  private static func convolution(of a: [Double], with bessel: [Double], at k: Int) -> Double {
    var sum = bessel[0] * a[k]
    for m in 1..<bessel.count {
      if abs(k - m) < a.count { sum += bessel[m] * a[abs(k - m)] }
      if k + m < a.count { sum += (m % 2 == 0 ? 1 : -1) * bessel[m] * a[k + m] }
    }
    return sum
  }

  /// J_0(x), J_1(x), …, as far as they matter.
  private static func besselFunctions(at x: Double) -> [Double] {
    // Where a value underflows, GSL gives none at all. From here up to `largestOrder` none does; below, J_1 = x/2 is nothing.
    guard abs(x) > 1e-17 else { return [1] }
    GSL.returnsStatuses
    return [Double](unsafeUninitializedCapacity: Int(largestOrder(at: x)) + 1) { values, count in
      count = values.count
      let status = gsl_sf_bessel_Jn_array(0, Int32(count - 1), x, values.baseAddress)
      precondition(status == Int32(GSL_SUCCESS), "Bessel functions of \(x)")
    }
  }

  /// The order beyond which |J_m(x)| is below 1e-15.
  private static func largestOrder(at x: Double) -> Double { (abs(x) + 10 * cbrt(abs(x)) + 12).rounded(.down) }

  /// Harmonics × orders of a step: some 20 ms.
  private static let mostTerms = 0x1p22
}
