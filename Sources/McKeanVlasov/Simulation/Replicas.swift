import Dispatch
import Foundation
import Synchronization

/// The parallel loop over replicas, the independent units of every study.
///
/// Replicas run in parallel when there are at least as many as threads; otherwise one after the other, each with all
/// threads on its blocks. The results are the same to the bit.
public struct Replicas: Sendable {
  /// The number of the first one.
  public let first: Int
  /// How many replicas.
  public let count: Int
  /// At least 1.
  public let threads: Int

  /// - Throws: `SimulationError.invalidValue` for no replica, or numbers from 2^32 on.
  public init(first: Int = 0, count: Int, threads: Int = ProcessInfo.processInfo.activeProcessorCount)
    throws(SimulationError)
  {
    try SimulationError.requireCount(count, "replicas")
    try SimulationError.requireCount(first + count, "replicas")
    (self.first, self.count, self.threads) = (first, count, max(1, threads))
  }

  /// Engines alive at a time: one a thread, or one whose blocks run in parallel.
  static func engines(count: Int, threads: Int) -> Int { count >= threads ? max(1, threads) : 1 }

  /// Threads of each engine.
  var threadsPerWorker: Int { threads / Self.engines(count: count, threads: threads) }

  /// Runs every replica and returns the results in the order of replicas.
  ///
  /// - Parameters:
  ///   - makeWorker: makes what a thread uses again for each replica: systems, observers.
  ///   - progress: told of every replica that is done.
  ///   - body: one replica.
  func map<Worker, Result: Sendable>(
    makeWorker: () throws -> Worker, progress: ReplicaProgress?, body: (Worker, UInt32) throws -> Result
  ) throws -> [Result] {
    let engines = try (0..<Self.engines(count: count, threads: threads)).map { _ in try makeWorker() }
    let results = Mutex([Result?](repeating: nil, count: count))
    let failure = Mutex<(any Error)?>(nil)
    deal(count, to: engines.count) { index, thread in
      guard failure.withLock({ $0 == nil }) else { return }
      do {
        let result = try body(engines[thread], UInt32(first + index))
        results.withLock { $0[index] = result }
        progress?.advance()
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return results.withLock { $0.map { $0! } }
  }
}

/// Deals the indices 0..<count to threads as they come free.
///
/// The bodies of different indices run at the same time, so they must write to different memory; bodies with the same
/// thread number never do.
func deal(_ count: Int, to threads: Int, _ body: (_ index: Int, _ thread: Int) -> Void) {
  guard threads > 1 else {
    for index in 0..<count { body(index, 0) }
    return
  }
  let next = Atomic(0)
  withoutActuallyEscaping(body) {
    nonisolated(unsafe) let body = $0
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index, thread)
      }
    }
  }
}
