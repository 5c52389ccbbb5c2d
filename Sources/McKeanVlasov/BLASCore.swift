import COpenBLAS
import Foundation

/// The processor that OpenBLAS takes this one for.
public enum BLASCore {
  /// Starts the program again, with `OPENBLAS_CORETYPE` set, where OpenBLAS has not known the processor: until version 0.3.25
  /// it takes one with AVX2 or AVX-512 that is newer than itself for a Prescott of 2004, whose products are several times
  /// slower. What the environment sets is left alone.
  ///
  /// A program calls it before anything else. Source: https://github.com/OpenMathLib/OpenBLAS/issues/4267.
  public static func restartIfUnknown() {
    guard getenv("OPENBLAS_CORETYPE") == nil, String(cString: openblas_get_corename()) == "Prescott",
      let processor = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
      let flags = processor.split(separator: "\n").first(where: { $0.hasPrefix("flags") })?.split(separator: " ")
    else { return }
    // what OpenBLAS's kernels of these names use
    let hasAVX512 = ["avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"].allSatisfy { flags.contains($0[...]) }
    guard hasAVX512 || flags.contains("avx2") && flags.contains("fma") else { return }
    setenv("OPENBLAS_CORETYPE", hasAVX512 ? "SkylakeX" : "Haswell", 1)
    // only a failure returns, and then the program goes on as it is
    execv("/proc/self/exe", CommandLine.unsafeArgv)
  }
}
