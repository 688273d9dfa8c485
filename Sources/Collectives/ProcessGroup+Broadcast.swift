extension ProcessGroup {
  /// Replaces the bytes on every rank by rank 0's. All ranks give a buffer of the same length.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, phase: String = "broadcast") {
    guard size > 1 else { return }
    collective(phase) {
      // A binomial tree: rank r receives from r without its lowest set bit, then sends to r plus each smaller bit.
      var bit = 1
      while bit < size && rank & bit == 0 { bit *= 2 }
      if rank != 0 {
        post(receive: bytes, from: rank - bit)
        wait()
      }
      bit /= 2
      while bit > 0 {
        if rank + bit < size { post(send: UnsafeRawBufferPointer(bytes), to: rank + bit) }
        bit /= 2
      }
      wait()
    }
  }

  /// Rank 0's bytes, on every rank; what the others give is ignored.
  public func broadcast(_ bytes: [UInt8], phase: String = "broadcast") -> [UInt8] {
    guard size > 1 else { return bytes }
    return collective(phase) {
      var count = bytes.count
      withUnsafeMutableBytes(of: &count) { broadcast($0) }
      var received = isRoot ? bytes : [UInt8](repeating: 0, count: count)
      received.withUnsafeMutableBytes { broadcast($0) }
      return received
    }
  }

  /// Rank 0's text, on every rank; what the others give is ignored.
  public func broadcast(_ text: String, phase: String = "broadcast") -> String {
    String(decoding: broadcast(Array(text.utf8), phase: phase), as: UTF8.self)
  }
}
