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
  let precision: String
  let blockSize: Int
  let blasCore: String
  let gslVersion: String
  /// Absent until the run is done.
  let wallTimeSeconds: Double?
  /// SHA-256 of each data file, by its path; empty until the run is done.
  let dataChecksums: [String: String]?
  /// SHA-256 of each file; empty until the run is done.
  let fileChecksums: [String: String]

  static let name = "manifest.json"

  private enum CodingKeys: String, CodingKey {
    case experiment, name, seed, version, threads, ranks, sampler, precision
    case gitCommit = "git-commit"
    case blockSize = "block-size"
    case blasCore = "blas-core"
    case gslVersion = "gsl-version"
    case wallTimeSeconds = "wall-time-seconds"
    case dataChecksums = "data-checksums"
    case fileChecksums = "file-checksums"
  }

  /// - Parameters:
  ///   - seconds: the wall time of the run, nil until it is done.
  ///   - files: the run's files, in its directory.
  init(_ experiment: Experiment, threads: Int, seconds: Double?, directory: String, files: [String]) throws {
    self.experiment = experiment.resolved
    name = experiment.name
    seed = experiment.seed
    version = mckeanVersion
    gitCommit = Self.gitCommit
    self.threads = threads
    ranks = 1
    let samplers = experiment.combinations.map(\.label.noise.sampler)
    sampler = Sampler.allCases.filter(samplers.contains).map(\.rawValue).joined(separator: ", ")
    precision = experiment.combinations[0].study.precision.rawValue
    blockSize = experiment.combinations[0].study.parts.model.shape.blockSize
    blasCore = String(cString: openblas_get_corename())
    gslVersion = GSL_VERSION
    wallTimeSeconds = seconds
    func checksums(_ files: [String], in directory: String) -> [String: String] {
      let listing = seconds == nil ? nil : Self.output(of: "sha256sum", ["--"] + files, in: directory)
      let checksums = listing?.split(separator: "\n").map { String($0.prefix(64)) } ?? files.map { _ in "" }
      return Dictionary(zip(files, checksums)) { first, _ in first }
    }
    fileChecksums = checksums(files, in: directory)
    dataChecksums = experiment.data.map { checksums($0.files, in: ".") }
  }

  /// The commit of the checkout that the running program was built in, where it still stands in one.
  private static let gitCommit = Bundle.main.executableURL.flatMap {
    output(of: "git", ["rev-parse", "HEAD"], in: $0.resolvingSymlinksInPath().deletingLastPathComponent().path)
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
    // Plain names alone: never a path out of the directory.
    return checksums.keys.filter { !$0.contains("/") && !$0.hasPrefix(".") } + [name]
  }

  /// What a program prints, or nil where it fails or is not there.
  private static func output(of program: String, _ arguments: [String], in directory: String) -> String? {
    let process = Process()
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
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
