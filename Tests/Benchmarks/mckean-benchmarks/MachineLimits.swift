import CGSL
import COpenBLAS
import CStableKernels
import Foundation
import McKeanVlasov

/// The two uniforms of each draw, in blocks that stay in cache: what the sampler cannot undercut.
func timeUniforms(_ request: Case) -> Timing {
  let block = 2048
  let numbers = (0..<2 * request.threads).map { _ in
    let numbers = UnsafeMutablePointer<Double>.allocate(capacity: block)
    numbers.initialize(repeating: 0, count: block)
    return numbers
  }
  return request.time {
    inThreads(request.threads, size: request.size / block) { thread, part in
      for index in part {
        let counter = mckean_counter(
          particle: UInt32(index * block), step: 0, component: 0, stream: 0, seed: 1, replica: 0)
        mckean_uniform_double(numbers[2 * thread], numbers[2 * thread + 1], block, counter)
      }
    }
  }
}

/// a ← b + s c on arrays far larger than the caches: the machine's memory bandwidth, as STREAM measures it.
func timeTriad(_ request: Case) -> Timing {
  let arrays = (0..<3).map { index in
    let array = UnsafeMutablePointer<Double>.allocate(capacity: request.size)
    array.initialize(repeating: Double(index), count: request.size)
    return array
  }
  return request.time {
    let (a, b, c) = (arrays[0], arrays[1], arrays[2])
    inThreads(request.threads, size: request.size) { _, part in
      for i in part { a[i] = b[i] + 3 * c[i] }
    }
  }
}

/// A matrix product by OpenBLAS on so many of its own threads.
func timeMatrixProduct(_ request: Case) -> Timing {
  let (rows, columns, inner) = (request.dimensions![0], request.dimensions![1], request.dimensions![2])
  openblas_set_num_threads(Int32(request.threads))
  func time<Real: BinaryFloatingPoint>(_ type: Real.Type, _ product: ([UnsafeMutablePointer<Real>]) -> Void) -> Timing {
    let matrices = [rows * inner, inner * columns, rows * columns].map { count in
      let matrix = UnsafeMutablePointer<Real>.allocate(capacity: count)
      for i in 0..<count { matrix[i] = Real(i % 7) - 3 }
      return matrix
    }
    defer { for matrix in matrices { matrix.deallocate() } }
    return request.time { product(matrices) }
  }
  let (m, n, k) = (Int32(rows), Int32(columns), Int32(inner))
  switch request.precision {
  case .double:
    return time(Double.self) {
      cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, $0[0], k, $0[1], n, 0, $0[2], n)
    }
  case .single:
    return time(Float.self) {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, $0[0], k, $0[1], n, 0, $0[2], n)
    }
  }
}
