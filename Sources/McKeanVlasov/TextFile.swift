import Foundation

/// Files of text, read whole.
enum TextFile {
  /// - Parameters:
  ///   - format: what the file should hold, as a message says it.
  ///   - absent: what to say where there is no such file.
  /// - Throws: `SimulationError.unreadableFile`.
  static func read(_ path: String, format: String, absent: String = "there is no such file") throws(SimulationError)
    -> String
  {
    func unreadable(_ problem: String) -> SimulationError { .unreadableFile(path: path, line: nil, problem: problem) }
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { throw unreadable(absent) }
    guard !isDirectory.boolValue else { throw unreadable("it is a directory; \(format) is expected") }
    guard let bytes = FileManager.default.contents(atPath: path) else { throw unreadable("it cannot be read") }
    // The TOML parser would take a zero byte for the end of the text.
    guard let text = String(data: bytes, encoding: .utf8), !bytes.contains(0) else {
      throw unreadable("it is not text; \(format) is expected")
    }
    return text
  }
}
