import Foundation
import McKeanVlasov

/// What the driver asks for: one piece of work, and how long to time it. The Python peers read the same words.
struct Case: Decodable {
  let task: Task
  let threads: Int
  let precision: Precision
  /// Draws, particles or neurons.
  let size: Int
  /// Repetitions before the check and the clock.
  let warmUp: Int
  /// Time at least so long, and at least so many repetitions.
  let seconds: Double
  let repetitions: Int
  let form: Form
  var alpha: Double? = nil
  /// Of the noise: its shape, and its scale, 0 for none.
  var shape: String? = nil
  var scale: Double? = nil
  /// Δt.
  var step: Double? = nil
  var theta: Double? = nil
  var coupling: Double? = nil
  /// A CSV file of inputs and labels.
  var data: String? = nil
  /// A built-in experiment, and its replicas.
  var experiment: String? = nil
  /// Whether to check; a check takes memory.
  var check: Bool? = nil
  /// Rows, columns and inner dimension of a matrix product.
  var dimensions: [Int]? = nil

  enum Task: String, Decodable {
    case sampler
    case ouStep = "ou-step"
    case sineStep = "sine-step"
    case networkStep = "network-step"
    case trainingStep = "training-step"
    case smallNetwork = "small-network"
    case uniforms, triad
    case matrixProduct = "matrix-product"
  }

  enum Form: String, Decodable {
    /// The library's vector kernel.
    case plain
    /// The library's path through GSL.
    case gsl
    /// `gsl_ran_levy` on GSL's own fastest generator, without this library.
    case gslAlone = "gsl-alone"
    /// A model written in this program.
    case ownModel = "own-model"
  }
}

extension Precision: Decodable {}

/// What the driver gets: the seconds of each repetition, and a few numbers by which it sees that the work was the same.
struct Timing: Encodable {
  var seconds: [Double] = []
  var check: [Double] = []
}

extension Case {
  /// Whether these seconds are enough.
  func isDone(_ seconds: [Double]) -> Bool {
    seconds.count >= repetitions && seconds.reduce(0, +) >= self.seconds
  }

  /// Times one function.
  func time(_ work: () throws -> Void, check: () -> [Double] = { [] }) rethrows -> Timing {
    for _ in 0..<warmUp { try work() }
    var timing = Timing(check: check())
    while !isDone(timing.seconds) {
      let start = DispatchTime.now().uptimeNanoseconds
      try work()
      timing.seconds.append(Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9)
    }
    return timing
  }
}

/// The median and the 99 % quantile of |x|: body and tail.
func quantiles(_ values: some Sequence<Double>) -> [Double] {
  let sorted = values.map(abs).sorted()
  return [0.5, 0.99].map { sorted[Int($0 * Double(sorted.count - 1))] }
}

/// The parts of 0..<size, one a thread, in parallel.
func inThreads(_ threads: Int, size: Int, _ body: (_ thread: Int, _ part: Range<Int>) -> Void) {
  @Sendable func part(_ thread: Int) -> Range<Int> { size * thread / threads..<size * (thread + 1) / threads }
  guard threads > 1 else { return body(0, part(0)) }
  withoutActuallyEscaping(body) {
    nonisolated(unsafe) let body = $0
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      body(thread, part(thread))
    }
  }
}
