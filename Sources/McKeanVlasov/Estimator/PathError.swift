import CGSL
import Foundation

/// The errors e^i = X^i - X̂^i between two coupled systems, particle by particle, of one replica.
///
/// |·| is Euclidean over the components that take noise. Memory is a number a particle and kind of error, whatever the
/// number of steps.
final class PathError {
  private let systems: CoupledSystems
  private let coarse, reference: Int
  /// Fine steps in a step of the coarser system, and of the finer one.
  private let stride, referenceStride: Int
  /// The fine step at T - Δt/2, where the finer grid holds that time.
  private let offGridStep: Int?
  private let terminal, gridSup: NumberBuffer
  private let offGrid, pathSup: NumberBuffer?
  private let count: Int

  /// - Parameters:
  ///   - coarse: the system with fewer particles or fewer steps.
  ///   - reference: the system that it is measured against; its first particles are the same.
  init(_ systems: CoupledSystems, coarse: Int, reference: Int) {
    (self.systems, self.coarse, self.reference) = (systems, coarse, reference)
    let steps = systems.systems[coarse].steps
    let referenceSteps = systems.systems[reference].steps
    stride = systems.grid.steps / steps
    referenceStride = systems.grid.steps / referenceSteps
    offGridStep =
      Self.hasOffGrid(steps: steps, referenceSteps: referenceSteps)
      ? systems.grid.steps - stride / 2 : nil
    count = systems.systems[coarse].particles
    terminal = NumberBuffer(count: count)
    gridSup = NumberBuffer(count: count)
    offGrid = offGridStep.map { [count] _ in NumberBuffer(count: count) }
    pathSup = referenceSteps > steps ? NumberBuffer(count: count) : nil
  }

  /// Whether the finer grid holds the time T - Δt/2 of the coarser one.
  static func hasOffGrid(steps: Int, referenceSteps: Int) -> Bool { (referenceSteps / steps) % 2 == 0 }

  /// To be called for each block after each fine step; different blocks may be observed in parallel.
  func observe(_ block: Int, _ step: Int) {
    let particles = systems.particles(ofBlock: block, in: coarse)
    guard !particles.isEmpty, step % referenceStride == 0 else { return }
    let errors = terminal.as(Double.self).extracting(particles)
    setErrors(errors, ofBlock: block)
    func raise(_ sup: NumberBuffer) {
      let sup = sup.as(Double.self).extracting(particles)
      for i in sup.indices { sup[i] = step == 0 ? errors[i] : max(sup[i], errors[i]) }
    }
    if step % stride == 0 { raise(gridSup) }
    if let pathSup { raise(pathSup) }
    if step == offGridStep, let offGrid { _ = offGrid.as(Double.self).extracting(particles).update(from: errors) }
  }

  /// |X^i - X̂^i| of one block as the systems stand now.
  private func setErrors(_ errors: UnsafeMutableBufferPointer<Double>, ofBlock block: Int) {
    switch systems.precision {
    case .double: setErrors(errors, ofBlock: block, as: Double.self)
    case .single: setErrors(errors, ofBlock: block, as: Float.self)
    }
  }

  private func setErrors<Scalar: StateScalar>(
    _ errors: UnsafeMutableBufferPointer<Double>, ofBlock block: Int, as _: Scalar.Type
  ) {
    let values = systems.block(block, of: coarse, as: Scalar.self)
    let referenceValues = systems.block(block, of: reference, as: Scalar.self)
    let referenceCount = systems.particles(ofBlock: block, in: reference).count
    let noisy = systems.model.shape.noisy
    errors.update(repeating: 0)
    for component in 0..<noisy {
      let row = values.baseAddress! + component * errors.count
      let referenceRow = referenceValues.baseAddress! + component * referenceCount
      if noisy == 1 {
        for i in errors.indices { errors[i] = abs(Double(row[i]) - Double(referenceRow[i])) }
      } else {
        for i in errors.indices {
          let difference = Double(row[i]) - Double(referenceRow[i])
          errors[i] += difference * difference
        }
      }
    }
    if noisy > 1 { for i in errors.indices { errors[i] = errors[i].squareRoot() } }
  }

  private func errors(_ metric: Metric) -> UnsafeMutableBufferPointer<Double> {
    switch metric.pathError {
    case .gridSup: gridSup.as(Double.self)
    case .offGrid: offGrid!.as(Double.self)
    case .pathSup: pathSup!.as(Double.self)
    default: terminal.as(Double.self)
    }
  }

  /// (1/n) Σ_i |e^i|^p, or max_i |e^i|^p.
  func power(_ metric: Metric, _ p: Double) -> Double {
    let errors = errors(metric)
    if metric == .particleMax { return pow(errors.max()!, p) }
    var sum = 0.0
    switch p {
    case 0.5: for e in errors { sum += e.squareRoot() }
    case 1: for e in errors { sum += e }
    case 2: for e in errors { sum += e * e }
    default: for e in errors { sum += pow(e, p) }
    }
    return sum / Double(count)
  }

  /// |e^i| of the first particles; of errors that are the same number to rounding, as those of particles without a drift of
  /// their own, the first.
  func first(_ count: Int, _ metric: Metric) -> [Double] {
    let errors = errors(metric).prefix(count)
    guard let first = errors.first, errors.allSatisfy({ abs($0 - first) <= 1e-6 * first }) else { return Array(errors) }
    return [first]
  }

  /// The median of |e^i| over the particles. It reorders the errors, so it comes after every `power` and `first`.
  func median(_ metric: Metric) -> Double {
    let errors = errors(metric)
    return gsl_stats_median(errors.baseAddress!, 1, errors.count)
  }
}
