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
    let bytes = try bytes(path, format: format, absent: absent)
    // The TOML parser would take a zero byte for the end of the text.
    guard let text = String(data: bytes, encoding: .utf8), !bytes.contains(0) else {
      throw .unreadableFile(path: path, line: nil, problem: "it is not text; \(format) is expected")
    }
    return text
  }

  /// The bytes of any file.
  static func bytes(_ path: String, format: String, absent: String) throws(SimulationError) -> Data {
    func unreadable(_ problem: String) -> SimulationError { .unreadableFile(path: path, line: nil, problem: problem) }
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { throw unreadable(absent) }
    guard !isDirectory.boolValue else { throw unreadable("it is a directory; \(format) is expected") }
    guard let bytes = FileManager.default.contents(atPath: path) else { throw unreadable("it cannot be read") }
    return bytes
  }
}
