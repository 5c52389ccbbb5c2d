/// How the error of one particle's path is measured, and how it is summarised.
public enum Metric: String, Sendable, CaseIterable {
  /// |e| at the horizon, p-th moment.
  case terminal
  /// The maximum of |e| over the times of the coarser grid, p-th moment.
  case gridSup = "grid-sup"
  /// |e| at T - Δt/2, the coarser path held constant from T - Δt, p-th moment.
  case offGrid = "off-grid"
  /// The median over replicas of the median over particles of |e| at the horizon: needs no moments.
  case terminalMedian = "terminal-median"
  /// The same median of the maximum over the coarser grid.
  case gridSupMedian = "grid-sup-median"
  /// The same median at T - Δt/2.
  case offGridMedian = "off-grid-median"

  /// The error of a path that the metric summarises: `terminal`, `gridSup` or `offGrid`.
  public var pathError: Metric {
    switch self {
    case .terminal, .terminalMedian: .terminal
    case .gridSup, .gridSupMedian: .gridSup
    case .offGrid, .offGridMedian: .offGrid
    }
  }

  /// Whether the metric is a median.
  public var isMedian: Bool { self != pathError }
}

/// The variable in which an error converges.
public enum ConvergenceVariable: String, Sendable, CaseIterable {
  /// The number of particles n; errors fall like n^slope with a negative slope.
  case n
  /// The step size Δt; errors fall like Δt^slope with a positive slope.
  case dt
}
