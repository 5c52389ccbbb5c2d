import Foundation
import McKeanVlasov
import Testing

@Suite struct NumPyFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// The bytes of NumPy's format 1.0: magic string, version, length of the header, a Python dictionary padded to a
  /// multiple of 64.
  @Test(arguments: [[3], [2, 3], [1, 2, 3, 4], [123_456, 7, 89_012, 3], [], [0, 5]])
  func headers(shape: [Int]) throws {
    let path = try directory.file("a.npy")
    do { _ = try NumPyFile(path: path, shape: shape) }
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(Array(bytes.prefix(8)) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
    #expect(Int(bytes[8]) + 256 * Int(bytes[9]) == bytes.count - 10)
    #expect(bytes.count % 64 == 0 && bytes.count < 192)
    let header = String(decoding: bytes.dropFirst(10), as: UTF8.self)
    let tuple = shape.map { "\($0)," }.joined(separator: " ")
    let dictionary = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(tuple)), }"
    #expect(header.hasPrefix(dictionary) && header.hasSuffix("\n"))
    #expect(header.dropFirst(dictionary.count).dropLast().allSatisfy { $0 == " " })
  }

  /// float64 in C order, the least significant byte first.
  @Test func piecesInAnyOrder() throws {
    let path = try directory.file("b.npy")
    do {
      let file = try NumPyFile(path: path, shape: [2, 2])
      try file.write([-2.5, .infinity], at: 2)
      try file.write([1], at: 1)
      try file.write([0.1], at: 0)
    }
    #expect(try TestData.numbers(inNumPyFile: path) == [0.1, 1, -2.5, .infinity])
  }

  /// NumPy itself.
  @Test func numpyReadsIt() throws {
    let path = try directory.file("c.npy")
    do { try NumPyFile(path: path, shape: [2, 3]).write([0, 1, 2, 3, 4, 5.5], at: 0) }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-c", "import numpy; a = numpy.load('\(path)'); print(a.dtype, a.shape, a[1].tolist())"]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(text == "float64 (2, 3) [3.0, 4.0, 5.5]\n")
  }

  @Test func unwritable() throws {
    let path = directory.path + "/no/such/directory/a.npy"
    #expect(throws: SimulationError.unwritable(path: path, problem: "No such file or directory")) {
      try NumPyFile(path: path, shape: [1])
    }
  }
}
