import Foundation
import Testing

/// The distribution function that judges the sampler is itself judged, before anything is drawn.
@Suite struct StableDistributionTests {
  private static let points = [0.05, 0.3, 1, 2.5, 8]

  @Test(arguments: points)
  func inversionMeetsCauchyAndGauss(x: Double) {
    #expect(abs(StableDistribution.inverted(alpha: 1, at: x) - (0.5 + atan(x) / .pi)) < 1e-9)
    #expect(abs(StableDistribution.inverted(alpha: 2, at: x) - (1 - erfc(x / 2) / 2)) < 1e-9)
  }

  @Test(arguments: [0.3, 0.5, 0.8, 1.3, 1.7, 1.99, 2], points)
  func integralMeetsInversion(alpha: Double, x: Double) {
    let tail = StableDistribution(alpha: alpha).integratedUpperTail(x)
    #expect(abs(1 - tail - StableDistribution.inverted(alpha: alpha, at: x)) < 1e-9)
    // The test can tell: an index that is off by 0.01 does not pass.
    #expect(abs(1 - tail - StableDistribution.inverted(alpha: alpha - 0.01, at: x)) > 1e-6)
  }

  @Test(arguments: [0.1, 1, 4, 8])
  func integralMeetsGaussInTheTail(x: Double) {
    let tail = erfc(x / 2) / 2
    #expect(abs(StableDistribution(alpha: 2).integratedUpperTail(x) - tail) < 1e-9 * max(tail, 1e-3))
  }

  /// P(X > x) = Σ_k (-1)^{k+1} Γ(kα) sin(kπα/2) / (k! π) x^{-kα}: convergent for α < 1, asymptotic for α > 1.
  @Test(arguments: [(0.3, 1e8), (0.5, 1e6), (0.8, 1e4), (1.3, 100), (1.7, 100), (1.99, 100)])
  func integralMeetsTheSeriesOfTheTail(alpha: Double, x: Double) {
    var (series, factorial) = (0.0, 1.0)
    for k in 1...3 {
      factorial *= Double(k)
      let kAlpha = Double(k) * alpha
      series +=
        (k % 2 == 1 ? 1 : -1) * tgamma(kAlpha) * sin(kAlpha * .pi / 2) / (factorial * .pi) * pow(x, -kAlpha)
    }
    #expect(abs(StableDistribution(alpha: alpha).upperTail(x) / series - 1) < 1e-5)
  }

  @Test(arguments: [0.5, 1, 1.3, 1.7, 2], [0.4, 5e-4, 5e-5])
  func quantileInvertsTheTail(alpha: Double, q: Double) {
    let law = StableDistribution(alpha: alpha)
    #expect(abs(law.upperTail(law.quantile(upperTail: q)) / q - 1) < 1e-8)
  }
}
