// The matrix products between spectra, plane by plane: nearly all of a convolution's time.

extension ProductTile6x16 {
  /// tile[i, j] += left[i * rowStride + r * termStride] * right[r * 16 + j] for r below `terms` and i below `rows`, which
  /// is 4, 5 or 6 and known where this is inlined. Fewer than four rows would not keep the multipliers busy.
  @inline(__always)
  fileprivate mutating func accumulate(
    _ firstLeft: UnsafePointer<Float>, rowStride: Int, termStride: Int,
    right firstRight: UnsafePointer<Float>, terms: Int, rows: Int
  ) {
    var left = firstLeft
    var right = firstRight
    var term = 0
    while term < terms {
      let column0 = Vector.load(right)
      let column1 = Vector.load(right, 8)
      var row = Vector(repeating: left[0])
      a0.addProduct(row, column0)
      a1.addProduct(row, column1)
      row = Vector(repeating: left[rowStride])
      b0.addProduct(row, column0)
      b1.addProduct(row, column1)
      row = Vector(repeating: left[2 * rowStride])
      c0.addProduct(row, column0)
      c1.addProduct(row, column1)
      row = Vector(repeating: left[3 * rowStride])
      d0.addProduct(row, column0)
      d1.addProduct(row, column1)
      if rows > 4 {
        row = Vector(repeating: left[4 * rowStride])
        e0.addProduct(row, column0)
        e1.addProduct(row, column1)
      }
      if rows > 5 {
        row = Vector(repeating: left[5 * rowStride])
        f0.addProduct(row, column0)
        f1.addProduct(row, column1)
      }
      left += termStride
      right += 16
      term &+= 1
    }
  }
}

/// How many product tiles of six, five and four rows cover `rows`: as many rows exactly, but for a few small numbers.
private struct RowCover {
  var sixes: Int
  var fives: Int
  var fours: Int

  @inline(__always)
  init(_ rows: Int) {
    let tiles = (rows + 5) / 6
    let excess = 6 * tiles - rows
    fours = min(tiles, max(0, excess - tiles))
    fives = excess <= tiles ? excess : max(0, 2 * tiles - excess)
    sixes = tiles - fives - fours
  }
}

extension WinogradSpectrum {
  /// result[plane] = left[plane] * weights[plane] for each plane.
  ///
  /// - Parameters:
  ///   - weights: (planes, panels of 16 of the result's channels, left's channels, 16).
  ///   - lineCounts: lines in use, for each vertical point.
  func multiply(
    _ left: UnsafePointer<Float>, channels: Int, weights: UnsafePointer<Float>,
    to result: UnsafeMutablePointer<Float>, resultPanels: Int, lineCounts: UnsafePointer<Int>,
    prefetch: WinogradPrefetch
  ) {
    let panelStride = self.panelStride
    let (planeOffsets, rowsPerLine) = (self.planeOffsets.pointer, self.rowsPerLine.pointer)
    var prefetch = prefetch
    prefetch.spread(over: pointCount * pointCount * resultPanels)
    for plane in 0..<pointCount * pointCount {
      let cover = RowCover(lineCounts[plane / pointCount] * rowsPerLine[plane % pointCount])
      for resultPanel in 0..<resultPanels {
        prefetch.advance()
        let right = weights + (plane * resultPanels + resultPanel) * channels * 16
        var rows = PanelRows(
          left: left + planeOffsets[plane], panelStride: panelStride, channels: channels,
          result: result + (planeOffsets[plane] + resultPanel * panelStride))
        rows.multiply(right, tiles: cover.sixes, rows: 6)
        rows.multiply(right, tiles: cover.fives, rows: 5)
        rows.multiply(right, tiles: cover.fours, rows: 4)
      }
    }
  }

  /// sums[plane] += fine[plane]^T * coarse[plane] for each plane, for a few panels of fine and of coarse channels; rows
  /// in order.
  ///
  /// - Parameters:
  ///   - fineChannels: channels of the fine panels, a multiple of 8.
  ///   - sums: (planes, coarse panels, fine panels, 16 fine channels, 16 coarse channels), planes `planeStride` apart.
  ///   - isFirst: whether `sums` begins with this; what it holds is then ignored.
  func accumulateOuterProducts(
    fine: UnsafePointer<Float>, fineChannels: Int, coarse: UnsafePointer<Float>, coarsePanels: Int,
    sums: UnsafeMutablePointer<Float>, planeStride: Int, isFirst: Bool, lineCounts: UnsafePointer<Int>,
    prefetch: inout WinogradPrefetch
  ) {
    let panelStride = self.panelStride
    let (planeOffsets, rowsPerLine) = (self.planeOffsets.pointer, self.rowsPerLine.pointer)
    for plane in 0..<pointCount * pointCount {
      let terms = lineCounts[plane / pointCount] * rowsPerLine[plane % pointCount]
      if terms == 0 && !isFirst { continue }
      prefetch.advance()
      var target = sums + plane * planeStride
      for coarsePanel in 0..<coarsePanels {
        var product = OuterProduct(
          left: fine + planeOffsets[plane],
          right: coarse + (planeOffsets[plane] + coarsePanel * panelStride), terms: terms, isFirst: isFirst)
        for channel in stride(from: 0, to: fineChannels, by: 16) {
          if fineChannels - channel >= 16 {
            product.add(to: target, firstRow: 0, rows: 6)
            product.add(to: target, firstRow: 6, rows: 5)
            product.add(to: target, firstRow: 11, rows: 5)
          } else {
            product.add(to: target, firstRow: 0, rows: 4)
            product.add(to: target, firstRow: 4, rows: 4)
          }
          product.left += panelStride
          target += 256
        }
      }
    }
  }
}

/// The rows of a plane on their way through the products with one panel of weights.
private struct PanelRows {
  var left: UnsafePointer<Float>
  let panelStride: Int
  let channels: Int
  var result: UnsafeMutablePointer<Float>

  /// Computes the next `tiles` times `rows` rows of the result.
  @inline(__always)
  mutating func multiply(_ weights: UnsafePointer<Float>, tiles: Int, rows: Int) {
    var tile = 0
    while tile < tiles {
      var sums = ProductTile6x16()
      var factors = left
      var right = weights
      var rest = channels
      while rest >= 16 {
        sums.accumulate(factors, rowStride: 16, termStride: 1, right: right, terms: 16, rows: rows)
        factors += panelStride
        right += 256
        rest &-= 16
      }
      if rest > 0 {
        sums.accumulate(factors, rowStride: 16, termStride: 1, right: right, terms: 8, rows: rows)
      }
      sums.write(to: result, stride: 16, rows: rows)
      left += rows * 16
      result += rows * 16
      tile &+= 1
    }
  }
}

/// The product of a panel of fine channels, transposed, and one of coarse channels.
private struct OuterProduct {
  var left: UnsafePointer<Float>
  let right: UnsafePointer<Float>
  let terms: Int
  let isFirst: Bool

  /// Adds `rows` rows of the product to those of `sums`, or sets them if this is the first.
  @inline(__always)
  func add(to sums: UnsafeMutablePointer<Float>, firstRow: Int, rows: Int) {
    var tile = ProductTile6x16()
    if !isFirst { tile.add(sums + firstRow * 16) }
    tile.accumulate(left + firstRow, rowStride: 1, termStride: 16, right: right, terms: terms, rows: rows)
    tile.write(to: sums + firstRow * 16, stride: 16, rows: rows)
  }
}
