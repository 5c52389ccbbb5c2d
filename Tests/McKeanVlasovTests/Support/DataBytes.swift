/// Data files as their formats lay down, byte by byte.
enum DataBytes {
  static func bigEndian(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  static func littleEndian(_ number: UInt32) -> [UInt8] { bigEndian(number).reversed() }

  static func idx(magic: UInt32, sizes: [UInt32], _ values: [UInt8]) -> [UInt8] {
    bigEndian(magic) + sizes.flatMap(bigEndian) + values
  }

  /// One member of a gzip file, its content in one stored block (RFC 1951, 3.2.4; RFC 1952, 2.3).
  static func gzip(_ content: [UInt8]) -> [UInt8] {
    let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    let length = UInt32(content.count)
    let block: [UInt8] = [1] + littleEndian(length).prefix(2) + littleEndian(~length).prefix(2) + content
    return header + block + littleEndian(checksum(content)) + littleEndian(length)
  }

  /// CRC-32 (RFC 1952, 8).
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { checksum, byte in
      (0..<8).reduce(checksum ^ UInt32(byte)) { bits, _ in bits & 1 == 1 ? bits >> 1 ^ 0xEDB8_8320 : bits >> 1 }
    }
  }

  /// An image of CIFAR after its labels: pixel k is (k + first) mod 251.
  static func image(_ labels: [UInt8], first: Int) -> [UInt8] { labels + (0..<3072).map { UInt8(($0 + first) % 251) } }
}
