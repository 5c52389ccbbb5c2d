import Foundation

/// `claims.csv` in a directory, row by row: what has been tested stays if a later claim is interrupted.
public struct ClaimFile {
  /// The path of the file.
  public let path: String
  private let handle: FileHandle

  /// Makes the directory where there is none, and replaces the file.
  ///
  /// - Throws: `SimulationError.unwritable`.
  public init(directory: String) throws(SimulationError) {
    path = directory + "/claims.csv"
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      try ClaimTable.header.write(toFile: path, atomically: false, encoding: .utf8)
      handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try handle.seekToEnd()
    } catch { throw .unwritable(path: path, because: error) }
  }

  /// Adds the row of one claim.
  ///
  /// - Throws: `SimulationError.unwritable`.
  public func append(_ result: ClaimResult) throws(SimulationError) {
    do { try handle.write(contentsOf: Data(ClaimTable.row(result).utf8)) } catch {
      throw .unwritable(path: path, because: error)
    }
  }
}
