import Synchronization

/// Counts the replicas that are done, over all combinations of a run, and tells a handler.
public final class ReplicaProgress: Sendable {
  public let total: Int
  private let done = Mutex(0)
  private let handler: @Sendable (_ done: Int, _ total: Int) -> Void

  /// - Parameter handler: called once a replica, one call at a time.
  public init(total: Int, handler: @escaping @Sendable (_ done: Int, _ total: Int) -> Void) {
    (self.total, self.handler) = (total, handler)
  }

  func advance() {
    done.withLock {
      $0 += 1
      handler($0, total)
    }
  }
}
