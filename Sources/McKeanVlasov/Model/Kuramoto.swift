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
        ? .strongEuler(on: metric, noise: noise, hasDrift: coupling != 0 || frequency != .constant(0)) : nil
    }
  }

  /// The drift is bounded but for the frequencies, which are the same in every system: the noise cancels.
  public func errorTailIndex(in variable: ConvergenceVariable, noise: LevyNoise) -> Double? { nil }

  /// The flow of the Euler chain of identical oscillators. With z_k = E e^{ikφ}, z_1 = r e^{iψ} and Bessel's J_m,
  ///
  ///     z_k ← e^{ikωη - (kγ)^α} Σ_m J_m(kηKr) e^{imψ} z_{k-m},   γ the scale of one increment,
  ///
  /// since e^{ix sin θ} = Σ_m J_m(x) e^{imθ} and the drift is ω + Kr sin(ψ - φ). nil for different oscillators, and for noise so
  /// weak that more than `largestHarmonic` numbers matter.
  public func exactFlow(noise: LevyNoise, step: Double, steps: Int) -> [Double]? {
    guard case .constant(let omega) = frequency else { return nil }
    let gamma = noise.incrementScale(over: step)
    // beyond this harmonic e^{-(kγ)^α} is below 1e-18
    let harmonics = max(8, Int((pow(42, 1 / noise.alpha) / gamma).rounded(.up)))
    guard gamma > 0, harmonics <= Self.largestHarmonic else { return nil }
    let law = initial[0]
    var z = (0...harmonics).map { k in
      let value = law.characteristicFunction(at: Double(k))
      return Complex(value.real, value.imaginary)
    }
    var flow: [Double] = []
    for _ in 0..<steps {
      flow += [z[1].real, z[1].imaginary]
      let (r, psi) = (z[1].modulus, z[1].argument)
      z =
        [Complex(1, 0)]
        + (1...harmonics).map { k in
          var sum = Complex(0, 0)
          for (m, bessel) in Self.besselFunctions(at: Double(k) * step * coupling * r).enumerated() {
            // J_{-m} = (-1)^m J_m, z_{-k} = conjugate of z_k, and no harmonics beyond the last
            for (m, bessel) in m == 0 ? [(0, bessel)] : [(m, bessel), (-m, m % 2 == 0 ? bessel : -bessel)]
            where abs(k - m) <= harmonics {
              let previous = k >= m ? z[k - m] : z[m - k].conjugate
              sum = sum + previous * Complex(modulus: bessel, argument: Double(m) * psi)
            }
          }
          let decay = exp(-pow(Double(k) * gamma, noise.alpha))
          return sum * Complex(modulus: decay, argument: Double(k) * omega * step)
        }
    }
    return flow
  }

  /// J_0(x), J_1(x), …, as far as they are not negligible.
  private static func besselFunctions(at x: Double) -> [Double] {
    // |J_m(x)| ≤ (|x|/2)^m / m!, so that J_1 is negligible below; beyond x + 10 x^{1/3} + 12 they are below 1e-18.
    // GSL ends the program where a value underflows: these do not.
    guard abs(x) > 1e-19 else { return [1] }
    let last = Int(abs(x) + 10 * cbrt(abs(x)) + 12)
    return (0...last).map { gsl_sf_bessel_Jn(Int32($0), x) }
  }

  private static let largestHarmonic = 20_000
}

private struct Complex {
  let real, imaginary: Double

  init(_ real: Double, _ imaginary: Double) { (self.real, self.imaginary) = (real, imaginary) }
  init(modulus: Double, argument: Double) { self.init(modulus * cos(argument), modulus * sin(argument)) }

  var modulus: Double { hypot(real, imaginary) }
  var argument: Double { atan2(imaginary, real) }
  var conjugate: Complex { Complex(real, -imaginary) }

  static func + (a: Complex, b: Complex) -> Complex { Complex(a.real + b.real, a.imaginary + b.imaginary) }
  static func * (a: Complex, b: Complex) -> Complex {
    Complex(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
  }
}
