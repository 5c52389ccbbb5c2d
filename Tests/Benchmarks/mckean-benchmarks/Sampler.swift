@preconcurrency import CGSL
import McKeanVlasov

/// Draws an array, each thread one part of it.
func timeSampler(_ request: Case) throws -> Timing {
  let noise = try LevyNoise(
    law: .stable(alpha: request.alpha!), shape: .independent, sampler: request.form == .gsl ? .gsl : .vector)
  let streams = (0..<request.threads).map { _ in RandomStream(seed: 1) }
  // taus2: the fastest generator of GSL that its manual recommends for simulation.
  let generators = (0..<request.threads).map { thread in
    let generator = gsl_rng_alloc(gsl_rng_taus2)!
    gsl_rng_set(generator, UInt(thread + 1))
    return generator
  }

  func time<Scalar: BinaryFloatingPoint>(
    _ draw: (_ part: UnsafeMutablePointer<Scalar>, _ particles: Range<Int>, _ step: Int, _ thread: Int) -> Void
  ) -> Timing {
    let draws = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: request.size)
    draws.initialize(repeating: 0)
    defer { draws.deallocate() }
    var step = 0
    return request.time(
      {
        step += 1
        inThreads(request.threads, size: request.size) { thread, part in
          draw(draws.baseAddress! + part.lowerBound, part, step, thread)
        }
      }, check: { quantiles(draws.lazy.map { Double($0) }) })
  }

  switch (request.form, request.precision) {
  case (.gslAlone, _):
    return time { (part: UnsafeMutablePointer<Double>, particles, _, thread) in
      for i in particles.indices { part[i - particles.lowerBound] = gsl_ran_levy(generators[thread], 1, noise.alpha) }
    }
  case (_, .double):
    return time { (part: UnsafeMutablePointer<Double>, particles, step, thread) in
      noise.fill(
        part, components: 1, particles: particles, step: step, incrementScale: 1, from: streams[thread])
    }
  case (_, .single):
    return time { (part: UnsafeMutablePointer<Float>, particles, step, thread) in
      noise.fill(
        part, components: 1, particles: particles, step: step, incrementScale: 1, from: streams[thread])
    }
  }
}
