// The taps on their way into the products, and their gradients on the way out.

extension WinogradTaps {
  /// points[p] = G taps G^T for eight kernels side by side.
  ///
  /// - Parameters:
  ///   - taps: (taps down, taps across), each eight floats, `tapStride` floats apart.
  ///   - points: (points down, points across), each eight floats, `pointStride` floats apart.
  @inline(never)
  static func pack(
    _ taps: UnsafePointer<Float>, tapStride: Int, _ points: UnsafeMutablePointer<Float>, pointStride: Int
  ) {
    withUnsafeTemporaryAllocation(of: Vector.self, capacity: 32) { columns in
      let columns = columns.baseAddress!
      for x in 0..<count {
        toPoints(
          { Vector.load(taps, ($0 * count + x) * tapStride) }, { columns[$0 * count + x] = $1 })
      }
      for y in 0..<pointCount {
        toPoints(
          { columns[y * count + $0] }, { $1.store(points, (y * pointCount + $0) * pointStride) })
      }
    }
  }

  /// Adds G^T points G for eight kernels side by side to what waits at the levels below `level`, lowest first, and puts
  /// the sum at that level.
  ///
  /// - Parameters:
  ///   - points: as in `pack`.
  ///   - waiting: (levels, taps down, taps across), each eight floats, levels `levelStride` floats apart.
  @inline(never)
  static func unpack(
    _ points: UnsafePointer<Float>, pointStride: Int, waiting: UnsafeMutablePointer<Float>, level: Int,
    levelStride: Int
  ) {
    withUnsafeTemporaryAllocation(of: Vector.self, capacity: 32) { columns in
      let columns = columns.baseAddress!
      for x in 0..<pointCount {
        fromPoints(
          { Vector.load(points, ($0 * pointCount + x) * pointStride) },
          { columns[$0 * pointCount + x] = $1 })
      }
      for y in 0..<count {
        fromPoints({ columns[y * pointCount + $0] }) { x, gradient in
          var sum = gradient
          var place = waiting + (y * count + x) * 8
          for _ in 0..<level {
            sum += Vector.load(place)
            place += levelStride
          }
          sum.store(place)
        }
      }
    }
  }
}

extension WinogradPlan {
  /// Floats of the transformed weights, in either order.
  var packedWeightCount: Int {
    planeCount
      * max(
        coarsePanels * 16 * geometry.fine.channels, finePanels * 16 * geometry.coarse.channels)
  }

  /// The weights for correlate: (planes, panels of 16 coarse channels, fine channels, 16).
  func packForCorrelate(
    _ weight: UnsafePointer<Float>, to packed: UnsafeMutablePointer<Float>, team: ThreadTeam
  ) {
    let (fineChannels, coarseChannels) = (geometry.fine.channels, geometry.coarse.channels)
    let pointStride = coarsePanels * fineChannels * 16
    team.forEachRange(coarsePanels) { range in
      withUnsafeTemporaryAllocation(byteCount: fineChannels * tapCount * 16 * 4, alignment: 64) { raw in
        let columns = raw.baseAddress!.bindMemory(to: Float.self, capacity: raw.count / 4)
        for panel in range {
          transposePanel(
            weight + panel * 16 * fineChannels * tapCount, rows: min(16, coarseChannels - panel * 16),
            columns: fineChannels * tapCount, into: columns, width: 16)
          for fine in 0..<fineChannels {
            let source = columns + fine * tapCount * 16
            let target = packed + (panel * fineChannels + fine) * 16
            for half in [0, 8] {
              taps.pack(source + half, tapStride: 16, target + half, pointStride: pointStride)
            }
          }
        }
      }
    }
  }

  /// The weights for spread: (planes, panels of 16 fine channels, coarse channels, 16).
  func packForSpread(
    _ weight: UnsafePointer<Float>, to packed: UnsafeMutablePointer<Float>, team: ThreadTeam
  ) {
    let (fineChannels, coarseChannels) = (geometry.fine.channels, geometry.coarse.channels)
    let pointStride = finePanels * coarseChannels * 16
    team.forEachRange(coarseChannels) { range in
      withUnsafeTemporaryAllocation(byteCount: tapCount * 16 * 4, alignment: 64) { raw in
        let columns = raw.baseAddress!.bindMemory(to: Float.self, capacity: tapCount * 16)
        for coarse in range {
          for panel in 0..<finePanels {
            let channels = min(16, fineChannels - panel * 16)
            transposePanel(
              weight + (coarse * fineChannels + panel * 16) * tapCount, rows: channels, columns: tapCount,
              into: columns, width: 16)
            let target = packed + (panel * coarseChannels + coarse) * 16
            for half in [0, 8] {
              taps.pack(columns + half, tapStride: 16, target + half, pointStride: pointStride)
            }
          }
        }
      }
    }
  }
}
