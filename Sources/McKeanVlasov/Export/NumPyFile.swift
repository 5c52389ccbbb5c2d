import Foundation

/// A `.npy` file of float64 in C order, written piece by piece: no more than a piece is in memory.
///
/// Source: NumPy Enhancement Proposal 1 (format version 1.0).
public final class NumPyFile: Sendable {
  /// Where the file is.
  public let path: String
  private let descriptor: Int32
  private let headerLength: Int

  /// Creates the file with its header.
  ///
  /// - Throws: `SimulationError.unwritable`.
  public init(path: String, shape: [Int]) throws {
    let dimensions = shape.map { "\($0)," }.joined(separator: " ")
    var dictionary = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(dimensions)), }"
    // magic string, version and length take 10 bytes; the whole is padded to a multiple of 64 and ends in a newline
    let padding = 64 - (10 + dictionary.utf8.count + 1) % 64
    dictionary += String(repeating: " ", count: padding % 64) + "\n"
    let length = UInt16(dictionary.utf8.count)
    let header =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(dictionary.utf8)
    self.path = path
    headerLength = header.count
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw unwritable }
    try header.withUnsafeBytes { try write($0, at: 0) }
  }

  deinit { close(descriptor) }

  /// Writes numbers from the given index of the flat array on; safe from several threads.
  ///
  /// - Throws: `SimulationError.unwritable`.
  public func write(_ numbers: [Double], at index: Int) throws {
    try numbers.withUnsafeBytes { try write($0, at: headerLength + index * MemoryLayout<Double>.size) }
  }

  private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    var written = 0
    while written < bytes.count {
      let count = pwrite(descriptor, bytes.baseAddress! + written, bytes.count - written, offset + written)
      guard count > 0 else { throw unwritable }
      written += count
    }
  }

  private var unwritable: SimulationError { .unwritable(path: path, problem: String(cString: strerror(errno))) }
}

extension [Double] {
  /// Some columns of a matrix with so many columns, row-major.
  func columns(_ range: Range<Int>, of columns: Int) -> [Double] {
    if range.count == columns { return self }
    // reserved, since a growing array takes up to three times its size
    var part: [Double] = []
    part.reserveCapacity(count / columns * range.count)
    for start in stride(from: 0, to: count, by: columns) {
      part += self[start + range.lowerBound..<start + range.upperBound]
    }
    return part
  }
}
