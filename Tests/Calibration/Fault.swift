/// What is wrong with a scheme. Each must be found by the claim named here.
package enum Fault: String, Sendable, CaseIterable {
  case noiseScaledByRootOfTheStep = "noise scaled by Δt^{1/2} in place of Δt^{1/α}"
  case coarseNoiseAfresh = "the noise of a coarse step drawn afresh"
  case coarseIncrementsShifted = "coarse increments shifted by one fine step"
  case oneStreamForTwoParticles = "one stream for two particles"
  case driftAfterTheNoise = "the drift taken after the noise of its step"
  case meanFieldOfAnotherSystem = "the mean field of another system"
  case meanOverOthersOnly = "the mean over n - 1"
  case gradientNotScaledByN = "the gradient not scaled by n"
  case isotropicOffByRootTwo = "isotropic noise off by √2"
  case scaleOffByTwoPercent = "draws off by 2 % in scale"
  case tailCut = "draws cut at 10^4"
  case flowOfTheDifferentialEquation = "a limit with the flow of the differential equation in place of the chain's"

  /// The claim that finds it.
  package var claim: String {
    switch self {
    case .noiseScaledByRootOfTheStep: "exact-law/particle/alpha=1.5"
    case .coarseNoiseAfresh, .coarseIncrementsShifted: "exact-law/strong-error/alpha=1.5"
    case .oneStreamForTwoParticles: "exact-law/streams/particles"
    case .driftAfterTheNoise: "exact-law/particle/alpha=1.5"
    case .meanFieldOfAnotherSystem: "exact-law/chaos-error/next/alpha=1.5"
    case .meanOverOthersOnly: "exact-law/mean-of-particles/alpha=1.5"
    case .gradientNotScaledByN: "gradient/tanh-network"
    case .isotropicOffByRootTwo: "exact-law/projection/isotropic"
    case .scaleOffByTwoPercent: "exact-law/draws/alpha=1.5"
    case .tailCut: "exact-law/tail/alpha=0.8"
    case .flowOfTheDifferentialEquation: "chaos/kuramoto/limit/alpha=1.5/terminal"
    }
  }
}
