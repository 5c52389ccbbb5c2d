import Foundation

/// A directory that is removed with its owner.
final class TemporaryDirectory {
  let path = NSTemporaryDirectory() + "mckean-" + UUID().uuidString

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file of that name, with the text in it if there is one.
  func file(_ name: String, _ text: String? = nil) throws -> String {
    let file = path + "/" + name
    try text?.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  /// The path of a file of that name, with those bytes.
  func file(_ name: String, bytes: [UInt8]) throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }
}
