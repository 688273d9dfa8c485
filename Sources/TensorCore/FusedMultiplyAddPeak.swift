import Glibc

/// The floating-point operations a second that a team reaches in fused multiply-adds without memory: what kernels are
/// measured against.
///
/// A multiply-add counts as two. Each member runs chains that don't wait for each other, enough of them to hide the
/// latency; the best of several short runs counts. One member is timed by its processor time, which others' work does not
/// touch, several by the clock.
public func fusedMultiplyAddPeak(team: ThreadTeam) -> Double {
  let iterations = 200_000
  let sinks = AlignedBuffer<Float>(count: 8 * team.count)
  var best = Double.infinity
  for _ in 0..<40 {
    let start = benchmarkSeconds(team: team)
    team.run { member in
      runChains(iterations, factor: 0.999, addend: 0.001).store(sinks.pointer, 8 * member)
    }
    best = min(best, benchmarkSeconds(team: team) - start)
  }
  return Double(iterations * chainCount * 8 * 2 * team.count) / best
}

/// The time of measurements with this team: the thread's processor time where it works alone, else the clock's.
public func benchmarkSeconds(team: ThreadTeam) -> Double {
  var time = timespec()
  clock_gettime(team.count == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

private let chainCount = 12

@inline(never)
private func runChains(_ iterations: Int, factor: Float, addend: Float) -> Vector {
  let (factor, addend) = (Vector(repeating: factor), Vector(repeating: addend))
  var (a, b, c, d) = (addend, addend, addend, addend)
  var (e, f, g, h) = (factor, factor, factor, factor)
  var (i, j, k, l) = (Vector(repeating: 1), Vector(repeating: 2), Vector(repeating: 3), Vector(repeating: 4))
  for _ in 0..<iterations {
    a = multiplyAdd(a, factor, addend)
    b = multiplyAdd(b, factor, addend)
    c = multiplyAdd(c, factor, addend)
    d = multiplyAdd(d, factor, addend)
    e = multiplyAdd(e, factor, addend)
    f = multiplyAdd(f, factor, addend)
    g = multiplyAdd(g, factor, addend)
    h = multiplyAdd(h, factor, addend)
    i = multiplyAdd(i, factor, addend)
    j = multiplyAdd(j, factor, addend)
    k = multiplyAdd(k, factor, addend)
    l = multiplyAdd(l, factor, addend)
  }
  return (((a + b) + (c + d)) + ((e + f) + (g + h))) + ((i + j) + (k + l))
}
