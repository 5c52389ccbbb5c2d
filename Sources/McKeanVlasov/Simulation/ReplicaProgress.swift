import Synchronization

/// Counts the replicas that are done, over all combinations of a run, and tells a handler.
public final class ReplicaProgress: Sendable {
  /// How far the interval of a study with a stopping rule has come: the largest half-width of its slopes after the last
  /// batch, and that which is wanted. Nil in a first batch, and without a rule.
  public typealias Interval = (halfWidth: Double, target: Double)
  public typealias Handler = @Sendable (_ done: Int, _ total: Int, _ interval: Interval?) -> Void

  private let state: Mutex<(done: Int, total: Int, interval: Interval?)>
  private let handler: Handler

  /// - Parameters:
  ///   - total: the replicas that are known to be needed; more may be expected later.
  ///   - handler: called once a replica, and once a batch with its half-width; one call at a time.
  public init(total: Int, handler: @escaping Handler) {
    state = Mutex((0, total, nil))
    self.handler = handler
  }

  /// Raises the total.
  func expect(_ more: Int) { state.withLock { $0.total += more } }

  func advance() {
    state.withLock {
      $0.done += 1
      handler($0.done, $0.total, $0.interval)
    }
  }

  /// A batch has come to this interval; nil: a study begins.
  func report(_ interval: Interval?) {
    state.withLock {
      $0.interval = interval
      if interval != nil { handler($0.done, $0.total, interval) }
    }
  }
}
