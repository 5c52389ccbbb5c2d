import Foundation
import McKeanVlasov
import Testing

/// Files of the package, and directories that tests write to.
enum Files {
  static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
  static let digits = tests + "/../Sources/McKeanVlasov/Data/digits.csv"

  /// Runs the body with the path of a fresh directory, which is removed afterwards.
  static func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = NSTemporaryDirectory() + "mckean-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try body(directory)
  }

  /// What a NumPy script of Tests/Reference prints. Debian's Python has NumPy; another one in PATH may not.
  static func outputOfReference(_ script: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = [tests + "/Reference/" + script] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(script) failed")
    return String(decoding: output, as: UTF8.self)
  }

  /// A CSV file of points about two centres, drawn from Philox: `dimension` numbers and the class a row.
  static func writeTwoClasses(to path: String, rows: Int, dimension: Int) throws {
    let lines = (0..<rows).map { row in
      let sign = row % 2 == 0 ? -1.0 : 1.0
      let inputs = (0..<dimension).map { column in
        sign * 0.5 + Philox.uniforms(counter: SIMD4(UInt32(row), UInt32(column), 0, 0), key: SIMD2(7, 7)).first - 0.5
      }
      return (inputs.map { "\($0)" } + ["\(row % 2)"]).joined(separator: ",")
    }
    try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
  }
}
