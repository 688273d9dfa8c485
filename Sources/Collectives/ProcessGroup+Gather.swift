extension ProcessGroup {
  /// Each rank's bytes, by rank, at rank 0; an empty array on the others. Lengths may differ.
  public func gather(_ bytes: [UInt8], phase: String = "gather") -> [[UInt8]] {
    guard size > 1 else { return [bytes] }
    return collective(phase) {
      var count = bytes.count
      var counts = [Int](repeating: 0, count: size)
      guard isRoot else {
        withUnsafeBytes(of: &count) {
          post(send: $0, to: 0)
          wait()
        }
        bytes.withUnsafeBytes {
          post(send: $0, to: 0)
          wait()
        }
        return []
      }
      counts.withUnsafeMutableBufferPointer { counts in
        for peer in 1..<size {
          post(
            receive: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: counts[peer...peer])),
            from: peer)
        }
        wait()
      }
      let block = UnsafeMutableRawBufferPointer.allocate(byteCount: counts.reduce(0, +), alignment: 8)
      defer { block.deallocate() }
      var offset = 0
      for peer in 1..<size {
        post(
          receive: UnsafeMutableRawBufferPointer(rebasing: block[offset..<offset + counts[peer]]), from: peer)
        offset += counts[peer]
      }
      wait()
      var gathered = [bytes]
      offset = 0
      for peer in 1..<size {
        gathered.append(Array(block[offset..<offset + counts[peer]]))
        offset += counts[peer]
      }
      return gathered
    }
  }

  /// Each rank's bytes, by rank, on every rank. Lengths may differ.
  public func allGather(_ bytes: [UInt8], phase: String = "all-gather") -> [[UInt8]] {
    guard size > 1 else { return [bytes] }
    return collective(phase) {
      let gathered = gather(bytes)
      let counts = broadcast(gathered.flatMap { part in withUnsafeBytes(of: part.count) { Array($0) } })
      let joined = broadcast(Array(gathered.joined()))
      var parts: [[UInt8]] = []
      var offset = 0
      counts.withUnsafeBytes { counts in
        for peer in 0..<size {
          let count = counts.loadUnaligned(fromByteOffset: peer * MemoryLayout<Int>.size, as: Int.self)
          parts.append(Array(joined[offset..<offset + count]))
          offset += count
        }
      }
      return parts
    }
  }

  /// Collects blocks of numbers, such as chunks of images, at rank 0 in the order of the blocks.
  ///
  /// - Parameters:
  ///   - local: this rank's blocks one after the other, in ascending order.
  ///   - blockSizes: the number of Floats in each block of all ranks.
  ///   - owner: the rank that has a block; the same function on all ranks.
  /// - Returns: all blocks joined, at rank 0; an empty array on the others.
  public func gatherBlocks(
    _ local: UnsafeBufferPointer<Float>, blockSizes: [Int], owner: (Int) -> Int,
    phase: String = "gather blocks"
  ) -> [Float] {
    let ownCount = blockSizes.indices.reduce(0) { owner($1) == rank ? $0 + blockSizes[$1] : $0 }
    precondition(local.count == ownCount, "the blocks of this rank and their sizes differ")
    if size == 1 { return Array(local) }
    return collective(phase) {
      guard isRoot else {
        var offset = 0
        for (block, count) in blockSizes.enumerated() where owner(block) == rank {
          post(
            send: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: local[offset..<offset + count])), to: 0
          )
          offset += count
        }
        wait()
        return []
      }
      let total = blockSizes.reduce(0, +)
      return [Float](unsafeUninitializedCapacity: total) { gathered, count in
        var offset = 0
        var ownOffset = 0
        for (block, size) in blockSizes.enumerated() {
          let place = UnsafeMutableBufferPointer(rebasing: gathered[offset..<offset + size])
          if owner(block) == rank {
            _ = place.initialize(from: local[ownOffset..<ownOffset + size])
            ownOffset += size
          } else {
            post(receive: UnsafeMutableRawBufferPointer(place), from: owner(block))
          }
          offset += size
        }
        wait()
        count = total
      }
    }
  }

  /// Returns when every rank has come here.
  public func barrier(phase: String = "barrier") {
    guard size > 1 else { return }
    collective(phase) {
      // In round k each rank tells the one 2^k further on that it and all it has heard of are here.
      var distance = 1
      withUnsafeTemporaryAllocation(byteCount: 2, alignment: 1) { bytes in
        bytes[0] = 1
        while distance < size {
          post(
            receive: UnsafeMutableRawBufferPointer(rebasing: bytes[1..<2]),
            from: (rank + size - distance) % size)
          post(send: UnsafeRawBufferPointer(rebasing: bytes[0..<1]), to: (rank + distance) % size)
          wait()
          distance *= 2
        }
      }
    }
  }
}
