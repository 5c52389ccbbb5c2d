import Synchronization

/// Counts the replicas that are done, over all combinations of a run, and tells a handler.
public final class ReplicaProgress: Sendable {
  private let counts: Mutex<(done: Int, total: Int)>
  private let handler: @Sendable (_ done: Int, _ total: Int) -> Void

  /// - Parameters:
  ///   - total: the replicas that are known to be needed; more may be expected later.
  ///   - handler: called once a replica, one call at a time.
  public init(total: Int, handler: @escaping @Sendable (_ done: Int, _ total: Int) -> Void) {
    counts = Mutex((0, total))
    self.handler = handler
  }

  /// Raises the total.
  func expect(_ more: Int) { counts.withLock { $0.total += more } }

  func advance() {
    counts.withLock {
      $0.done += 1
      handler($0.done, $0.total)
    }
  }
}
