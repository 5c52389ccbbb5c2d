import CGSL

/// GSL as this library uses it.
enum GSL {
  /// Switches off GSL's error handler, which ends the program, once and for good: functions return a status instead.
  ///
  /// The handler belongs to the process. Every simulation draws from a `RandomStream`, which switches it off; what reads a
  /// status, or leaves one unread on purpose, does so too, because it may be called before any simulation.
  static let returnsStatuses: Void = { _ = gsl_set_error_handler_off() }()
}
