import McKeanVlasov

extension McKeanVlasovModel {
  /// The mean field of one block of particles, and what `addFeatures` keeps for each.
  ///
  /// - Parameter states: particles × components.
  func features(of states: [[Double]]) -> (meanField: [Double], kept: [Double]) {
    let block = componentMajor(states)
    var sums = [Double](repeating: 0, count: shape.features)
    var kept = [Double](repeating: 0, count: shape.kept * states.count)
    var scratch = [Double](repeating: 0, count: shape.scratch * states.count)
    var sumsSpan = sums.mutableSpan
    var keptSpan = kept.mutableSpan
    var scratchSpan = scratch.mutableSpan
    addFeatures(of: block.span, to: &sumsSpan, keeping: &keptSpan, scratch: &scratchSpan)
    return (sums.map { $0 / Double(states.count) }, kept)
  }

  /// The drift of particles that are the whole system, or that feel a given mean field: particles × moving.
  func drift(of states: [[Double]], meanField given: [Double]? = nil) -> [[Double]] {
    let (own, kept) = features(of: states)
    var prepared = [Double](repeating: 0, count: shape.prepared)
    var preparedSpan = prepared.mutableSpan
    let meanField = given ?? own
    prepare(meanField: meanField.span, into: &preparedSpan)
    var drift = [Double](repeating: .nan, count: shape.moving * states.count)
    var scratch = [Double](repeating: 0, count: shape.scratch * states.count)
    var driftSpan = drift.mutableSpan
    var scratchSpan = scratch.mutableSpan
    let block = componentMajor(states)
    self.drift(
      of: block.span, prepared: prepared.span, kept: kept.span, scratch: &scratchSpan,
      into: &driftSpan)
    return states.indices.map { i in (0..<shape.moving).map { drift[$0 * states.count + i] } }
  }

  private func componentMajor(_ states: [[Double]]) -> [Double] {
    (0..<shape.components).flatMap { component in states.map { $0[component] } }
  }
}
