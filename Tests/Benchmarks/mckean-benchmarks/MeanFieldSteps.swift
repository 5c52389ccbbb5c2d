import Foundation
import McKeanVlasov

/// The library's `OrnsteinUhlenbeck`, as a user would write it in a program of their own after docs/architecture.md.
struct OwnOrnsteinUhlenbeck: McKeanVlasovModel {
  let name = "own"
  let theta, coupling: Double
  let shape = ModelShape(components: 1, features: 1)
  let initial = [InitialLaw.constant(1)]
  let featureGrowth = FeatureGrowth.linear

  func addFeatures(
    of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Double>,
    scratch: inout MutableSpan<Double>
  ) {
    sums[0] += BlockMath.sum(block)
  }

  func drift(
    of block: Span<Double>, prepared mean: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into drift: inout MutableSpan<Double>
  ) {
    let m = mean[0]
    for i in block.indices { drift[i] = -(theta * block[i] + coupling * (block[i] - m)) }
  }
}

/// One Euler step of particles on the line, noise included.
func timeMeanFieldStep(_ request: Case) throws -> Timing {
  let (theta, coupling) = (request.theta!, request.coupling!)
  let model: any McKeanVlasovModel =
    switch (request.task, request.form) {
    case (.sineStep, _): SineInteraction(theta: theta, coupling: coupling, initial: .constant(1))
    case (_, .ownModel): OwnOrnsteinUhlenbeck(theta: theta, coupling: coupling)
    default: OrnsteinUhlenbeck(theta: theta, coupling: coupling, initial: .constant(1))
    }
  return try timeSteps(of: model, request) { quantiles($0.states(of: 0)) }
}

/// Times the steps of one system, each on its own.
func timeSteps(
  of model: any McKeanVlasovModel, _ request: Case, check: (CoupledSystems) -> [Double]
) throws -> Timing {
  // A horizon that is never reached: the clock stops the run.
  let steps = 1 << 20
  let noise = try LevyNoise(
    law: .stable(alpha: request.alpha!), scale: request.scale!, shape: NoiseShape(rawValue: request.shape!)!,
    sampler: request.form == .gsl ? .gsl : .vector)
  let engine = try CoupledSystems(
    model: model, noise: noise, horizon: request.step! * Double(steps),
    systems: [CoupledSystems.System(particles: request.size, steps: steps)], seed: 1, threads: request.threads,
    precision: request.precision)
  var timing = Timing()
  var last: UInt64 = 0
  struct Enough: Error {}
  do {
    try engine.run(
      replica: 0,
      afterStep: { step in
        if step > request.warmUp {
          timing.seconds.append(Double(DispatchTime.now().uptimeNanoseconds - last) * 1e-9)
          if request.isDone(timing.seconds) { throw Enough() }
        } else if step == request.warmUp, request.check ?? true {
          timing.check = check(engine)
        }
        last = DispatchTime.now().uptimeNanoseconds
      })
  } catch is Enough {}
  return timing
}
