import Foundation

/// A sample counted in bins, as a test of its distribution function needs it: no sorting, and one exact probability an
/// edge. The edges are the doubles with six binary digits after the point, ±1.xxxxxx₂ · 2^e: 64 bins a factor of 2.
struct BinnedSample {
  /// The bins of the positive numbers, from 0 up, and then those of the negative ones, from 0 down.
  private var counts = [Int](repeating: 0, count: 2 * Self.bins)
  private(set) var count = 0

  private static let bins = 1 << 17
  private static func bin(_ draw: Double) -> Int { Int(draw.bitPattern >> 46) }
  private static func lowerEdge(_ bin: Int) -> Double { Double(bitPattern: UInt64(bin) << 46) }

  private var positive: ArraySlice<Int> { counts[..<Self.bins] }
  private var negative: ArraySlice<Int> { counts[Self.bins...] }

  mutating func add(_ draws: some Collection<Double>) {
    for draw in draws { counts[Self.bin(draw)] += 1 }
    count += draws.count
  }

  /// The same sample with everything beyond a size moved to it.
  func cut(at size: Double) -> BinnedSample {
    var sample = self
    for first in [0, Self.bins] {
      let last = first + Self.bin(size)
      sample.counts[last] = counts[last..<first + Self.bins].reduce(0, +)
      for bin in last + 1..<first + Self.bins { sample.counts[bin] = 0 }
    }
    return sample
  }

  /// The p-value of Kolmogorov and Smirnov's test that the law is symmetric with an upper tail P(X > x), x > 0.
  ///
  /// The largest distance at the edges is below the largest of all, so the level is kept. Edges that fewer than one in
  /// 10^5 draws lie within, or beyond, are left out: there is nothing to see.
  func kolmogorovSmirnov(_ upperTail: (Double) -> Double) -> Double {
    let total = Double(count)
    var (above, below) = (positive.reduce(0, +), negative.reduce(0, +))
    var distance = abs(Double(below) / total - 0.5)
    for bin in 1..<Self.bins {
      above -= counts[bin - 1]
      below -= counts[Self.bins + bin - 1]
      let part = Double(above + below) / total
      guard part < 1 - 1e-5 else { continue }
      guard part > 1e-5 else { break }
      let expected = upperTail(Self.lowerEdge(bin))
      distance = max(distance, abs(Double(above) / total - expected), abs(Double(below) / total - expected))
    }
    return PValue.kolmogorovSmirnov(distance: distance, count: count)
  }

  /// The p-value of the binomial test of how many draws lie beyond an edge, both tails together: the last edge beyond
  /// which at least the given probability lies.
  func tail(_ probability: Double, _ upperTail: (Double) -> Double) -> Double {
    var (low, high) = (1, Self.bins - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if 2 * upperTail(Self.lowerEdge(middle)) >= probability { low = middle } else { high = middle }
    }
    let hits = counts[low..<Self.bins].reduce(0, +) + counts[(Self.bins + low)...].reduce(0, +)
    return PValue.binomial(hits: hits, trials: count, probability: 2 * upperTail(Self.lowerEdge(low)))
  }
}
