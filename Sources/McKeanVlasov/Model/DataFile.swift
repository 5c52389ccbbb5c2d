import CZlib
import Foundation

/// Files of data, read whole; gzip files inflated, whatever their name.
enum DataFile {
  /// - Parameters:
  ///   - format: what the file should hold, as a message says it.
  ///   - absent: what to say where there is no such file.
  /// - Throws: `SimulationError.unreadableFile`, also for a gzip file that is not whole.
  static func read(_ path: String, format: String, absent: String) throws(SimulationError)
    -> [UInt8]
  {
    let bytes = [UInt8](try TextFile.bytes(path, format: format, absent: absent))
    guard bytes.starts(with: gzipMagic) else { return bytes }
    do { return try inflated(bytes) } catch {
      throw .unreadableFile(path: path, line: nil, problem: "\(error.problem); a whole gzip file is expected")
    }
  }

  private static let gzipMagic: [UInt8] = [0x1F, 0x8B]

  private struct BrokenGzip: Error { let problem: String }

  /// Every member of a gzip file, one after the other.
  private static func inflated(_ bytes: [UInt8]) throws(BrokenGzip) -> [UInt8] {
    var stream = z_stream()
    let gzipOnly = 16 + MAX_WBITS
    guard inflateInit2_(&stream, gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw BrokenGzip(problem: "zlib cannot be started")
    }
    defer { inflateEnd(&stream) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    var position = 0
    while true {
      // zlib counts in 32 bits
      let offered = min(bytes.count - position, 1 << 30)
      let status = bytes.withUnsafeBufferPointer { input in
        chunk.withUnsafeMutableBufferPointer { output in
          stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress! + position)
          stream.avail_in = UInt32(offered)
          stream.next_out = output.baseAddress!
          stream.avail_out = UInt32(output.count)
          return inflate(&stream, Z_NO_FLUSH)
        }
      }
      position += offered - Int(stream.avail_in)
      result += chunk[..<(chunk.count - Int(stream.avail_out))]
      switch status {
      case Z_OK: continue
      case Z_STREAM_END:
        let rest = bytes[position...]
        // tapes and block devices pad a file with zeros, which gzip ignores
        if rest.allSatisfy({ $0 == 0 }) { return result }
        guard rest.starts(with: gzipMagic) else {
          throw BrokenGzip(problem: "its gzip content is followed by other bytes")
        }
        inflateReset(&stream)
      case Z_BUF_ERROR: throw BrokenGzip(problem: "its gzip content ends too early")
      default:
        let reason = stream.msg.map { String(cString: $0) } ?? "zlib's status \(status)"
        throw BrokenGzip(problem: "its gzip content is corrupt (\(reason))")
      }
    }
  }
}
