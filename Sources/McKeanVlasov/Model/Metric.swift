/// How the error of one particle's path is measured and how it is summarised over particles and replicas; or how far the
/// law of the particles is from another.
public enum Metric: String, Sendable, CaseIterable {
  /// |e| at the horizon, p-th moment.
  case terminal
  /// The maximum of |e| over the times of the coarser grid, p-th moment.
  case gridSup = "grid-sup"
  /// |e| at T - Δt/2, the coarser path held constant from T - Δt, p-th moment.
  case offGrid = "off-grid"
  /// The maximum of |e| over the times of the finer grid, the coarser path held constant in between, p-th moment.
  case pathSup = "path-sup"
  /// The maximum of |e| over the particles, at the horizon, p-th moment.
  case particleMax = "particle-max"
  /// The median over replicas of the median over particles of |e| at the horizon: needs no moments.
  case terminalMedian = "terminal-median"
  /// The same median of the maximum over the coarser grid.
  case gridSupMedian = "grid-sup-median"
  /// The same median at T - Δt/2.
  case offGridMedian = "off-grid-median"
  /// sup_x |F_n(x) - F(x)|, Kolmogorov's distance between laws, p-th moment over replicas.
  case kolmogorov
  /// The largest |φ_n(u) - φ(u)| over a few frequencies u, φ the characteristic function, p-th moment over replicas.
  case characteristicFunction = "characteristic-function"
  /// ∫ |F_n - F| dx, Wasserstein's distance of order 1 between laws, p-th moment over replicas.
  case wasserstein1 = "wasserstein-1"
  /// ‖pruned - full‖_F / ‖full‖_F of a pruned system, the geometric mean over replicas.
  case relativeError = "relative-error"
  /// The same of the increments of its noise alone.
  case noiseRelativeError = "noise-relative-error"

  /// The distances between laws.
  public static let ofLaws: [Metric] = [.kolmogorov, .characteristicFunction, .wasserstein1]
  /// The errors of paths.
  public static let ofPaths = allCases.filter { $0.pathError != nil }
  /// The errors of pruning.
  public static let ofPruning: [Metric] = [.relativeError, .noiseRelativeError]

  /// The error of a path that the metric summarises: `terminal`, `gridSup`, `offGrid` or `pathSup`. nil for laws and pruning.
  public var pathError: Metric? {
    switch self {
    case .kolmogorov, .characteristicFunction, .wasserstein1, .relativeError, .noiseRelativeError: nil
    case .terminal, .terminalMedian, .particleMax: .terminal
    case .gridSup, .gridSupMedian: .gridSup
    case .offGrid, .offGridMedian: .offGrid
    case .pathSup: .pathSup
    }
  }

  /// Whether the metric is a median.
  public var isMedian: Bool {
    switch self {
    case .terminalMedian, .gridSupMedian, .offGridMedian: true
    case .terminal, .gridSup, .offGrid, .pathSup, .particleMax: false
    case .kolmogorov, .characteristicFunction, .wasserstein1, .relativeError, .noiseRelativeError: false
    }
  }

  /// Whether the metric looks between the points of the coarser grid, where the coarser path has missed some noise.
  public var isBetweenGridPoints: Bool { pathError == .offGrid || pathError == .pathSup }
}

/// What a study of errors sweeps.
public enum Sweep: String, Sendable, CaseIterable {
  /// The number of particles n.
  case chaos
  /// The step size Δt.
  case strong
  /// Both at once.
  case joint
  /// The number of particles, of the distance between laws.
  case law
  /// The number of particles, of pruned systems.
  case compressibility

  /// The variables whose rates such a study measures.
  public var variables: [ConvergenceVariable] {
    switch self {
    case .chaos, .law, .compressibility: [.n]
    case .strong: [.dt]
    case .joint: [.n, .dt]
    }
  }
}

/// The variable in which an error converges.
public enum ConvergenceVariable: String, Sendable, CaseIterable {
  /// The number of particles n; errors fall like n^slope with a negative slope.
  case n
  /// The step size Δt; errors fall like Δt^slope with a positive slope.
  case dt
}
