import ArgumentParser
import Foundation
import Logging
import McKeanVlasov
import Synchronization

/// The one writer on standard error: messages and progress do not run into each other.
enum StandardError {
  private static let barIsShown = Mutex(false)
  static let isTerminal = isatty(2) == 1

  /// A line of its own; a progress bar that stands there is cleared first.
  static func line(_ text: String) {
    // One line, whatever control characters a file name or a value holds.
    let printable = text.unicodeScalars.map {
      $0.properties.generalCategory == .control ? $0.escaped(asASCII: true) : String($0)
    }
    barIsShown.withLock {
      write(($0 ? "\r\u{1B}[K" : "") + printable.joined() + "\n")
      $0 = false
    }
  }

  /// Replaces the progress bar.
  static func bar(_ text: String) {
    barIsShown.withLock {
      write("\r\u{1B}[K" + text)
      $0 = true
    }
  }

  /// Removes the progress bar.
  static func clearBar() {
    barIsShown.withLock {
      if $0 { write("\r\u{1B}[K") }
      $0 = false
    }
  }

  private static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// Log messages as lines on standard error: `mckean: warning: …`.
struct StandardErrorLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    StandardError.line("mckean: \(event.level): \(event.message)")
  }
}

/// Runs a command's body; an error becomes one sentence and an exit code: 65 for bad input, 70 for anything unforeseen.
func reportingErrors(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let error as SimulationError {
    StandardError.line("mckean: error: \(error)")
    throw ExitCode(65)
  } catch let error where !(error is ExitCode) {
    StandardError.line("mckean: internal error: \(error)")
    throw ExitCode(70)
  }
}
