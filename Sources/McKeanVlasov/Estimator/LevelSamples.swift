/// What replicas of one level of a multilevel estimate tell: of each observable its value g_l in the finer system, and the
/// difference Y_l = g_l - g_{l-1} to the coarser one on the same noise; at the coarsest level Y_0 = g_0.
package struct LevelSamples: Sendable {
  private(set) var values, differences: [SampleMoments]
  private(set) var nonFiniteReplicas = 0

  package init(observables: Int) {
    values = .init(repeating: SampleMoments(), count: observables)
    differences = values
  }

  var replicas: Int { values[0].count }

  /// Adds one replica; where a state was not finite its numbers are none.
  ///
  /// - Parameter coarser: the observables of the coarser system, none at the coarsest level.
  package mutating func add(values new: [Double], coarser: [Double]) {
    if !(new + coarser).allSatisfy(\.isFinite) { nonFiniteReplicas += 1 }
    for (index, value) in new.enumerated() {
      values[index].add(value)
      differences[index].add(coarser.isEmpty ? value : value - coarser[index])
    }
  }
}
