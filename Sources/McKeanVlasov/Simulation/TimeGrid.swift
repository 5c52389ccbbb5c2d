/// An equidistant grid on [0, T].
public struct TimeGrid: Sendable, Hashable {
  /// T > 0.
  public let horizon: Double
  /// The number of steps.
  public let steps: Int

  /// Δt = T / steps.
  public var step: Double { horizon / Double(steps) }

  /// - Throws: `SimulationError.invalidValue` for a horizon that is not positive and finite, no step, or 2^32 steps.
  public init(horizon: Double, steps: Int) throws(SimulationError) {
    guard horizon > 0, horizon.isFinite else {
      throw .invalidValue(parameter: "horizon", found: "\(horizon)", allowed: "a finite number above 0")
    }
    try SimulationError.requireCount(steps, "steps")
    (self.horizon, self.steps) = (horizon, steps)
  }
}
