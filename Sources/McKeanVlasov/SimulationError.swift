import Foundation

/// What can be wrong with a request, with the values at hand and what is allowed instead.
public enum SimulationError: Error, Hashable, Sendable {
  /// A parameter outside its domain. `parameter` is the key of the experiment file.
  case invalidValue(parameter: String, found: String, allowed: String)
  /// A key that is not known, with the one that was probably meant.
  case unknownKey(parameter: String, suggestion: String?, allowed: [String])
  /// A key without a default is absent.
  case missingKey(parameter: String, allowed: String)
  /// The p-th moment of the error is infinite, or has not the error's rate.
  case infiniteMoment(p: Double, tailIndex: Double, study: String)
  /// Features of linear growth have no mean, so the particle system has no limit.
  case noMeanFieldLimit(alpha: Double)
  /// More memory than the machine has.
  case tooMuchMemory(needed: Int, available: Int)
  /// A file that cannot be read or understood, and where.
  case unreadableFile(path: String, line: Int?, problem: String)
  /// An output directory that is there already.
  case outputExists(path: String)
  /// An output that cannot be written.
  case unwritable(path: String, problem: String)
  /// One of the above, after the place of the experiment file or command line that it comes from.
  indirect case located(place: String, SimulationError)

  /// The key that the error speaks of, where it speaks of one.
  var parameter: String? {
    switch self {
    case .invalidValue(let parameter, _, _), .unknownKey(let parameter, _, _), .missingKey(let parameter, _): parameter
    case .infiniteMoment: "p"
    case .tooMuchMemory: "particles"
    case .noMeanFieldLimit: "alpha"
    default: nil
    }
  }
}

extension SimulationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalidValue(let parameter, let found, let allowed):
      "\(parameter): found \(found); allowed: \(allowed)."
    case .unknownKey(let parameter, let suggestion?, _):
      "\(parameter): unknown key; did you mean \(suggestion)?"
    case .unknownKey(let parameter, nil, let allowed):
      "\(parameter): unknown key; allowed: \(allowed.joined(separator: ", "))."
    case .missingKey(let parameter, let allowed):
      "\(parameter): missing; it has no default. Allowed: \(allowed)."
    case .infiniteMoment(let p, let tailIndex, let study):
      "p: found \(p), but the error of this \(study) study has tail index \(tailIndex), so its moments of order "
        + "\(tailIndex) and above are infinite or have another rate; allowed: p below \(tailIndex)."
    case .noMeanFieldLimit(let alpha):
      "alpha: found \(alpha), but features of linear growth have no mean for alpha at most 1, so the system has no "
        + "limit as n grows; allowed: alpha above 1, coupling = 0 or a bounded activation."
    case .tooMuchMemory(let needed, let available):
      "particles: found systems and tables of \(needed >> 20) MiB, but this machine has \(available >> 20) MiB of "
        + "memory; allowed: fewer particles, replicas or threads."
    case .unreadableFile(let path, let line, let problem):
      "\(path)\(line.map { ", line \($0)" } ?? ""): \(problem)."
    case .outputExists(let path):
      "\(path) exists already; choose another --out, or --force to replace the run in it."
    case .unwritable(let path, let problem):
      "\(path) cannot be written: \(problem); choose another --out."
    case .located(let place, let error):
      "\(place)\(error)"
    }
  }
}

extension SimulationError {
  /// Checks a number of particles, steps or replicas: it indexes a 32-bit word of the noise counter.
  static func requireCount(_ count: Int, _ parameter: String, atLeast least: Int = 1) throws(SimulationError) {
    guard count >= least, count < 1 << 32 else {
      throw .invalidValue(
        parameter: parameter, found: "\(count)", allowed: "a whole number from \(least) to 4294967295")
    }
  }

  /// Checks that so many bytes are fewer than the machine has.
  static func requireMemory(_ bytes: Double) throws(SimulationError) {
    let available = ProcessInfo.processInfo.physicalMemory
    guard bytes < Double(available) else {
      throw .tooMuchMemory(needed: Int(min(bytes, 0x1p62)), available: Int(available))
    }
  }
}

extension SimulationError {
  /// `unwritable`, for the reason that the system gives.
  static func unwritable(path: String, because error: any Error) -> SimulationError {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
    let reason = underlying.map { String(cString: strerror(Int32(($0 as NSError).code))) } ?? error.localizedDescription
    return .unwritable(path: path, problem: reason)
  }
}
