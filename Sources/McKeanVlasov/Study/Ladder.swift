/// The levels of a sweep: numbers of particles or of steps.
public enum Ladder: Sendable, Hashable {
  /// from, from · factor, …, up to the last value not above `to`.
  case range(from: Int, to: Int, factor: Int = 2)
  /// An increasing list.
  case list([Int])

  /// Whether all levels have one reference, or each the same multiple of itself. Otherwise the difference to the reference
  /// is no power of the level even where the errors are one.
  static func hasOneFactor(_ levels: [(level: Int, reference: Int)]) -> Bool {
    guard let first = levels.first else { return true }
    return levels.allSatisfy { $0.reference == first.reference }
      || levels.allSatisfy {
        $0.reference.multipliedFullWidth(by: first.level) == first.reference.multipliedFullWidth(by: $0.level)
      }
  }

  /// The levels, and the value that closes them when each is measured against the next.
  ///
  /// A range is closed by factor × its last level; a list's own last value closes it.
  ///
  /// - Throws: `SimulationError.invalidValue` for a ladder that goes down, repeats, or has fewer than two levels.
  func levels(_ parameter: String, reference: Reference) throws(SimulationError) -> (levels: [Int], closing: Int?) {
    switch self {
    case .range(let from, let to, let factor):
      try SimulationError.requireCount(from, parameter)
      try SimulationError.requireCount(to, parameter)
      guard factor >= 2, from < to else {
        throw .invalidValue(
          parameter: parameter, found: "from \(from) to \(to) by a factor of \(factor)",
          allowed: "a ladder that goes up: from < to, and a whole factor of 2 or more")
      }
      let values = Array(sequence(first: from) { $0 <= to / factor ? $0 * factor : nil })
      guard values.count > 1 else {
        throw .invalidValue(
          parameter: parameter, found: "from \(from) to \(to) by a factor of \(factor)", allowed: "two levels or more")
      }
      guard reference == .next else { return (values, nil) }
      let (closing, overflows) = values.last!.multipliedReportingOverflow(by: factor)
      try SimulationError.requireCount(overflows ? .max : closing, parameter)
      return (values, closing)
    case .list(let values):
      for value in values { try SimulationError.requireCount(value, parameter) }
      guard zip(values, values.dropFirst()).allSatisfy(<) else {
        throw .invalidValue(parameter: parameter, found: "\(values)", allowed: "an increasing list")
      }
      let needed = reference == .next ? 3 : 2
      guard values.count >= needed else {
        throw .invalidValue(
          parameter: parameter, found: "\(values)",
          allowed: "at least \(needed) values"
            + (reference == .next ? ": two levels, and the last one that closes the ladder" : ""))
      }
      return reference == .next ? (values.dropLast(), values.last) : (values, nil)
    }
  }
}
