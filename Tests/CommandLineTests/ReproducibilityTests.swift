import Foundation
import Testing

/// The same bytes for every number of threads and every time.
struct ReproducibilityTests {
  private static func tables(of mckean: Mckean, in directory: String) throws -> [Data] {
    try mckean.files(in: directory).filter { $0.hasSuffix(".csv") }.map { try mckean.bytes("\(directory)/\($0)") }
  }

  /// With 9 threads there are fewer replicas than threads, so that blocks of particles run in parallel.
  @Test(arguments: Sample.quick.keys.sorted())
  func tablesOfBuiltInExperimentsDoNotDependOnThreads(name: String) throws {
    let mckean = try Mckean()
    func tables(_ directory: String, _ arguments: String...) throws -> [Data] {
      let all = ["run", name, "--quiet", "--out", directory] + (try Sample.quickArguments(name)) + arguments
      let answer = try mckean.run(all)
      #expect(answer.exitCode == 0, "\(answer.error)")
      return try Self.tables(of: mckean, in: directory)
    }
    let reference = try tables("one", "--threads", "1")
    #expect(reference.count > 0)
    #expect(try tables("two", "--threads", "2") == reference)
    #expect(try tables("three", "--threads", "3") == reference)
    #expect(try tables("again", "--threads", "3") == reference)
    #expect(try tables("nine", "--threads", "9") == reference)
    // The control: numbers that no draw went into would be equal too.
    for (table, other) in zip(reference, try tables("seed", "--seed", "2")) { #expect(table != other) }
  }

  /// Single precision too, and other bytes than in double precision.
  @Test(arguments: Set(Sample.quick.keys).subtracting(Sample.ofDoublePrecisionAlone).sorted())
  func tablesInSinglePrecisionDoNotDependOnThreads(name: String) throws {
    let mckean = try Mckean()
    func tables(precision: String, threads: String) throws -> [Data] {
      let directory = precision + threads
      let answer = try mckean.run(
        ["run", name, "--quiet", "--out", directory, "--threads", threads, "--set", "study.precision=\(precision)"]
          + (try Sample.quickArguments(name)))
      #expect(answer.exitCode == 0, "\(answer.error)")
      return try Self.tables(of: mckean, in: directory)
    }
    let reference = try tables(precision: "single", threads: "1")
    for threads in ["2", "9"] { #expect(try tables(precision: "single", threads: threads) == reference) }
    for (table, other) in zip(reference, try tables(precision: "double", threads: "1")) { #expect(table != other) }
  }

  @Test func everyBuiltInExperimentIsTried() throws {
    let listing = try Mckean()("list").output
    let names = try #require(listing.split(separator: "experiments\n").last).split(separator: "\n")
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(names == Sample.quick.keys.sorted())
  }

  /// One replica, three blocks of particles, and two replicas on three threads.
  @Test(arguments: ["1", "2"])
  func statesDoNotDependOnThreads(replicas: String) throws {
    let mckean = try Mckean()
    try mckean.write(Sample.trajectory, to: "ou.toml")
    let states = try ["1", "2", "3"].map { threads in
      let answer = try mckean(
        "run", "ou.toml", "--quiet", "--set", "study.particles=5000", "--set", "study.replicas=\(replicas)",
        "--threads", threads, "--out", threads)
      #expect(answer.exitCode == 0, "\(answer.error)")
      return try mckean.bytes("\(threads)/states.npy")
    }
    #expect(states[1] == states[0])
    #expect(states[2] == states[0])
    #expect(states[0].count > 5000 * 3 * 8)
  }
}
