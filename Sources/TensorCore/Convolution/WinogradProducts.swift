import CVector

// The matrix products between spectra, plane by plane: nearly all of a convolution's time.

extension ProductTile6x16 {
  /// tile[i, j] += left[i * rowStride + r * termStride] * right[r * 16 + j] for r below `terms`, where all rows exist.
  @inline(__always)
  fileprivate mutating func accumulate(
    _ firstLeft: UnsafePointer<Float>, rowStride: Int, termStride: Int,
    right firstRight: UnsafePointer<Float>,
    terms: Int
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
      row = Vector(repeating: left[4 * rowStride])
      e0.addProduct(row, column0)
      e1.addProduct(row, column1)
      row = Vector(repeating: left[5 * rowStride])
      f0.addProduct(row, column0)
      f1.addProduct(row, column1)
      left += termStride
      right += 16
      term &+= 1
    }
  }
}

/// Memory that is fetched into the cache a little at a time while products keep the processor busy: the images that the
/// next block reads and that this one writes, which would otherwise be waited for.
struct WinogradPrefetch {
  private var input: UnsafeRawPointer
  private var output: UnsafeRawPointer
  private let inputEnd: UnsafeRawPointer
  private let outputEnd: UnsafeRawPointer

  init(input: UnsafeBufferPointer<Float>, output: UnsafeBufferPointer<Float>) {
    self.input = UnsafeRawPointer(input.baseAddress!)
    self.output = UnsafeRawPointer(output.baseAddress!)
    inputEnd = self.input + 4 * input.count
    outputEnd = self.output + 4 * output.count
  }

  /// Asks for the next few cache lines of each, as many as it takes to be through with narrow images in time.
  @inline(__always)
  mutating func advance() {
    if input < inputEnd {
      prefetch_line(input)
      prefetch_line(input + 64)
      prefetch_line(input + 128)
      input += 192
    }
    if output < outputEnd {
      prefetch_line(output)
      prefetch_line(output + 64)
      prefetch_line(output + 128)
      output += 192
    }
  }
}

/// The first four rows of a `ProductTile6x16`, for what six don't divide.
private struct ProductTile4x16 {
  var a0 = Vector.zero, a1 = Vector.zero
  var b0 = Vector.zero, b1 = Vector.zero
  var c0 = Vector.zero, c1 = Vector.zero
  var d0 = Vector.zero, d1 = Vector.zero

  @inline(__always)
  mutating func accumulate(
    _ firstLeft: UnsafePointer<Float>, rowStride: Int, termStride: Int,
    right firstRight: UnsafePointer<Float>,
    terms: Int
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
      left += termStride
      right += 16
      term &+= 1
    }
  }

  @inline(__always)
  mutating func add(_ scratch: UnsafePointer<Float>) {
    a0 += Vector.load(scratch, 0)
    a1 += Vector.load(scratch, 8)
    b0 += Vector.load(scratch, 16)
    b1 += Vector.load(scratch, 24)
    c0 += Vector.load(scratch, 32)
    c1 += Vector.load(scratch, 40)
    d0 += Vector.load(scratch, 48)
    d1 += Vector.load(scratch, 56)
  }

  @inline(__always)
  func save(_ scratch: UnsafeMutablePointer<Float>) {
    a0.store(scratch, 0)
    a1.store(scratch, 8)
    b0.store(scratch, 16)
    b1.store(scratch, 24)
    c0.store(scratch, 32)
    c1.store(scratch, 40)
    d0.store(scratch, 48)
    d1.store(scratch, 56)
  }
}

/// How many tiles of six rows and then of four cover `rows`, with at most one row too many (three, if there is but one).
@inline(__always)
private func cover(_ rows: Int) -> (sixes: Int, fours: Int) {
  switch rows % 6 {
  case 0: (rows / 6, 0)
  case 1 where rows > 6, 2 where rows > 6: (rows / 6 - 1, 2)
  case 5: (rows / 6 + 1, 0)
  default: (rows / 6, 1)
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
    var prefetch = prefetch
    let panels = channels / 16
    let restTerms = channels % 16
    let (planeOffsets, rowsPerLine) = (self.planeOffsets.pointer, self.rowsPerLine.pointer)
    for plane in 0..<pointCount * pointCount {
      let rows = lineCounts[plane / pointCount] * rowsPerLine[plane % pointCount]
      let (sixes, fours) = cover(rows)
      for resultPanel in 0..<resultPanels {
        let panelWeights = weights + (plane * resultPanels + resultPanel) * channels * 16
        var source = left + planeOffsets[plane]
        var target = result + (planeOffsets[plane] + resultPanel * panelStride)
        var tile = 0
        while tile < sixes {
          prefetch.advance()
          var sums = ProductTile6x16()
          var factors = source
          var right = panelWeights
          var panel = 0
          while panel < panels {
            sums.accumulate(factors, rowStride: 16, termStride: 1, right: right, terms: 16)
            factors += panelStride
            right += 256
            panel &+= 1
          }
          if restTerms > 0 {
            sums.accumulate(factors, rowStride: 16, termStride: 1, right: right, terms: 8)
          }
          sums.save(target)
          source += 96
          target += 96
          tile &+= 1
        }
        tile = 0
        while tile < fours {
          prefetch.advance()
          var sums = ProductTile4x16()
          var factors = source
          var right = panelWeights
          var panel = 0
          while panel < panels {
            sums.accumulate(factors, rowStride: 16, termStride: 1, right: right, terms: 16)
            factors += panelStride
            right += 256
            panel &+= 1
          }
          if restTerms > 0 {
            sums.accumulate(factors, rowStride: 16, termStride: 1, right: right, terms: 8)
          }
          sums.save(target)
          source += 64
          target += 64
          tile &+= 1
        }
      }
    }
  }

  /// sums[plane] += fine[plane]^T * coarse[plane] for each plane, rows in order.
  ///
  /// - Parameters:
  ///   - sums: (planes, panels of 16 coarse channels, fine channels, 16).
  ///   - isFirst: whether `sums` begins with this; what it holds is then ignored.
  func accumulateOuterProducts(
    fine: UnsafePointer<Float>, fineChannels: Int, coarse: UnsafePointer<Float>, coarsePanels: Int,
    sums: UnsafeMutablePointer<Float>, isFirst: Bool, lineCounts: UnsafePointer<Int>
  ) {
    let panelStride = self.panelStride
    let (planeOffsets, rowsPerLine) = (self.planeOffsets.pointer, self.rowsPerLine.pointer)
    for plane in 0..<pointCount * pointCount {
      let rows = lineCounts[plane / pointCount] * rowsPerLine[plane % pointCount]
      if rows == 0 && !isFirst { continue }
      for coarsePanel in 0..<coarsePanels {
        let right = coarse + (planeOffsets[plane] + coarsePanel * panelStride)
        var target = sums + (plane * coarsePanels + coarsePanel) * fineChannels * 16
        var channel = 0
        while channel < fineChannels {
          var left = fine + (planeOffsets[plane] + channel / 16 * panelStride)
          var groups = 0
          if fineChannels - channel >= 16 {
            while groups < 2 {
              var tile = ProductTile6x16()
              if !isFirst { tile.add(target) }
              tile.accumulate(left, rowStride: 1, termStride: 16, right: right, terms: rows)
              tile.save(target)
              left += 6
              target += 96
              groups &+= 1
            }
            groups = 1
          }
          while groups < 2 {
            var tile = ProductTile4x16()
            if !isFirst { tile.add(target) }
            tile.accumulate(left, rowStride: 1, termStride: 16, right: right, terms: rows)
            tile.save(target)
            left += 4
            target += 64
            groups &+= 1
          }
          channel &+= 16
        }
      }
    }
  }
}
