import CGSL
import COpenBLAS
import Foundation

/// The version of the library and the command.
public let mckeanVersion = "0.1.0"

/// `manifest.json`: what a run was made with, enough to make it again.
struct Manifest: Encodable {
  let experiment: [String: ExperimentValue]
  let name: String
  let seed: UInt32
  let version: String
  let gitCommit: String?
  let threads: Int
  let ranks: Int
  let sampler: String
  let blockSize: Int
  let blasCore: String
  let gslVersion: String
  let wallTimeSeconds: Double
  let fileChecksums: [String: String]

  static let name = "manifest.json"

  private enum CodingKeys: String, CodingKey {
    case experiment, name, seed, version, threads, ranks, sampler
    case gitCommit = "git-commit"
    case blockSize = "block-size"
    case blasCore = "blas-core"
    case gslVersion = "gsl-version"
    case wallTimeSeconds = "wall-time-seconds"
    case fileChecksums = "file-checksums"
  }

  /// - Parameter files: the run's files, in its directory.
  init(_ experiment: Experiment, threads: Int, seconds: Double, directory: String, files: [String]) throws {
    self.experiment = experiment.resolved
    name = experiment.name
    seed = experiment.seed
    version = mckeanVersion
    // The checkout that the running program was built in, where it still stands in one.
    let program = URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0]).resolvingSymlinksInPath()
    gitCommit = Self.output(of: "git", ["-C", program.deletingLastPathComponent().path, "rev-parse", "HEAD"])
    self.threads = threads
    ranks = 1
    sampler = "gsl"
    blockSize =
      switch experiment.combinations[0].study {
      case .error(let study): study.model.shape.blockSize
      case .trajectory(let study): study.model.shape.blockSize
      }
    blasCore = String(cString: openblas_get_corename())
    gslVersion = GSL_VERSION
    wallTimeSeconds = seconds
    let listing = Self.output(of: "sha256sum", ["--"] + files.map { directory + "/" + $0 }) ?? ""
    fileChecksums = Dictionary(
      uniqueKeysWithValues: zip(files, listing.split(separator: "\n").map { String($0.prefix(64)) }))
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// The files of the run in a directory, its manifest included; none where there is no run.
  static func files(ofRunIn directory: String) -> [String] {
    guard let data = FileManager.default.contents(atPath: directory + "/" + name),
      let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
      let checksums = object[CodingKeys.fileChecksums.rawValue] as? [String: String]
    else { return [] }
    return checksums.keys.filter { !$0.contains("/") } + [name]
  }

  /// What a program prints, or nil where it fails or is not there.
  private static func output(of program: String, _ arguments: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
