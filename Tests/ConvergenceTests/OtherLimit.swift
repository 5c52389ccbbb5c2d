import McKeanVlasov

/// A system that is said to have another limit than its own, for studies that measure it against its limit.
struct OtherLimit: McKeanVlasovModel {
  let system: any McKeanVlasovModel
  /// The mean field of the limit at `steps` times, `step` apart.
  var flow: @Sendable (_ step: Double, _ steps: Int) -> [Double]? = { _, _ in nil }
  /// The law of the limit after so many steps.
  var law: @Sendable (_ step: Double, _ steps: Int) -> LimitLaw? = { _, _ in nil }

  let name = "other-limit"
  var shape: ModelShape { system.shape }
  var initial: [InitialLaw] { system.initial }
  var featureGrowth: FeatureGrowth { system.featureGrowth }

  func addFeatures(
    of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Double>,
    scratch: inout MutableSpan<Double>
  ) { system.addFeatures(of: block, to: &sums, keeping: &kept, scratch: &scratch) }

  func drift(
    of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into drift: inout MutableSpan<Double>
  ) { system.drift(of: block, prepared: prepared, kept: kept, scratch: &scratch, into: &drift) }

  func errorTailIndex(in variable: ConvergenceVariable, noise: LevyNoise) -> Double? {
    system.errorTailIndex(in: variable, noise: noise)
  }
  func exactFlow(noise: LevyNoise, step: Double, steps: Int) -> [Double]? { flow(step, steps) }
  func exactLaw(noise: LevyNoise, step: Double, steps: Int) -> LimitLaw? { law(step, steps) }
}
