import Foundation
import Testing

/// The built command, run as a user runs it: in a directory of its own, its answers read back from files.
final class Mckean {
  /// What a run of the command came to.
  struct Answer {
    /// The exit code, or nil where a signal ended it.
    let exitCode: Int32?
    let output: String
    let error: String
    /// The most memory that it had in use before it was stopped; 0 where it was not.
    let peakMegabytes: Double

    /// The lines on standard error.
    var errorLines: [String] {
      error.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
  }

  /// A new directory, removed with the object.
  let directory: String

  init() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("mckean-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
    directory = path.path
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  /// The program stands beside the test bundle.
  static let program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("mckean")

  /// Runs the command to its end.
  func callAsFunction(_ arguments: String...) throws -> Answer { try run(arguments) }

  /// Runs the command until it ends, or until standard error holds something: then it is killed with SIGKILL.
  func run(_ arguments: [String], untilErrorHolds stop: String? = nil) throws -> Answer {
    try Self.run(Self.program, arguments, in: directory, untilErrorHolds: stop)
  }

  /// Runs another program in the directory, and returns what it prints; it must succeed.
  func output(of program: String, _ arguments: String...) throws -> String {
    let answer = try Self.run(URL(fileURLWithPath: program), arguments, in: directory)
    #expect(answer.exitCode == 0, "\(program): \(answer.error)")
    return answer.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func run(
    _ program: URL, _ arguments: [String], in directory: String, untilErrorHolds stop: String? = nil
  ) throws -> Answer {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    process.standardInput = FileHandle.nullDevice
    // Files, not pipes: nobody has to empty them while the program runs. They stand outside its directory.
    let files = [directory + ".output", directory + ".error"]
    defer { for file in files { try? FileManager.default.removeItem(atPath: file) } }
    for file in files { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    let handles = try files.map { try #require(FileHandle(forWritingAtPath: $0)) }
    (process.standardOutput, process.standardError) = (handles[0], handles[1])
    func text(_ file: String) throws -> String { try String(contentsOfFile: file, encoding: .utf8) }
    try process.run()
    var peak = 0.0
    if let stop {
      while process.isRunning {
        guard try text(files[1]).contains(stop) else {
          usleep(2000)
          continue
        }
        peak = peakMegabytes(of: process.processIdentifier)
        kill(process.processIdentifier, SIGKILL)
        break
      }
    }
    process.waitUntilExit()
    return Answer(
      exitCode: process.terminationReason == .exit ? process.terminationStatus : nil, output: try text(files[0]),
      error: try text(files[1]), peakMegabytes: peak)
  }

  /// The high-water mark of a running process's memory, as the kernel counts it.
  private static func peakMegabytes(of process: Int32) -> Double {
    let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }
    return (kilobytes ?? 0) * 1024 / 1e6
  }

  // MARK: - Files

  func path(_ name: String) -> String { directory + "/" + name }

  func write(_ text: String, to name: String) throws {
    try text.write(toFile: path(name), atomically: false, encoding: .utf8)
  }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func table(_ name: String) throws -> Table { Table(try text(name)) }

  /// The names of the files and directories within a directory, sorted.
  func files(in name: String = "") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path(name))) ?? []).sorted()
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
}
