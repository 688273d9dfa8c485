/// A block of images as the tiles of a weight gradient read them: fine channels in slices, coarse ones in panels.
///
/// Scratch memory of one thread. What surrounds the fine images is zero from the beginning and never written.
struct DirectBlock {
  private let plan: DirectGradientPlan
  /// (slices, images, padded pixels, 6), then (images, padded pixels, rest of the channels).
  let fine: AlignedBuffer<Float>
  /// (panels, images, pixels, 16), or nothing if tiles read the coarse images themselves.
  let coarse: AlignedBuffer<Float>

  init(_ plan: DirectGradientPlan) {
    self.plan = plan
    let restCount = plan.imagesPerBlock * plan.paddedHeight * plan.paddedWidth * plan.restChannels
    fine = AlignedBuffer(count: plan.sliceCount * plan.sliceStride + restCount)
    coarse = AlignedBuffer(count: plan.packsCoarse ? plan.panelCount * plan.panelStride : 0)
  }

  /// Copies a fine image to its place in the block.
  func packFine(_ source: UnsafePointer<Float>, image: Int) {
    let geometry = plan.geometry
    let (top, left) = (geometry.paddingTop, geometry.paddingLeft)
    let firstRow = max(0, top)
    let firstColumn = max(0, left)
    let columns = min(plan.paddedWidth, geometry.fine.width + left) - firstColumn
    if columns <= 0 { return }
    let channels = geometry.fine.channels
    let paddedPixels = plan.paddedHeight * plan.paddedWidth
    let rest = plan.restChannels
    for row in firstRow..<max(firstRow, min(plan.paddedHeight, geometry.fine.height + top)) {
      let pixels = source + ((row - top) * geometry.fine.width + firstColumn - left) * channels
      let place = image * paddedPixels + row * plan.paddedWidth + firstColumn
      for slice in 0..<plan.sliceCount {
        copySixes(
          pixels + 6 * slice, stride: channels, to: fine.pointer + slice * plan.sliceStride + place * 6,
          count: columns)
      }
      if rest > 0 {
        let target = fine.pointer + plan.sliceCount * plan.sliceStride + place * rest
        copyPixels(
          pixels + 6 * plan.sliceCount, stride: channels, to: target, stride: rest, channels: rest,
          count: columns)
      }
    }
  }

  /// Copies a coarse image to its place in the block.
  func packCoarse(_ source: UnsafePointer<Float>, image: Int) {
    let shape = plan.geometry.coarse
    let whole = shape.channels / 16
    let target = coarse.pointer + image * shape.pixelCount * 16
    var pixel = source
    for index in 0..<shape.pixelCount {
      var place = target + index * 16
      var panel = 0
      while panel < whole {
        Vector.load(pixel, 16 * panel).store(place)
        Vector.load(pixel, 16 * panel + 8).store(place, 8)
        place += plan.panelStride
        panel &+= 1
      }
      pixel += shape.channels
    }
    if shape.channels % 16 > 0 {
      copyPixels(
        source + 16 * whole, stride: shape.channels, to: target + whole * plan.panelStride, stride: 16,
        channels: shape.channels % 16, count: shape.pixelCount)
    }
  }
}

/// Copies 6 channels of `count` pixels next to each other.
@inline(__always)
private func copySixes(
  _ first: UnsafePointer<Float>, stride: Int, to firstTarget: UnsafeMutablePointer<Float>, count: Int
) {
  var source = UnsafeRawPointer(first)
  var target = UnsafeMutableRawPointer(firstTarget)
  for _ in 0..<count {
    target.storeBytes(of: source.loadUnaligned(as: SIMD4<Float>.self), as: SIMD4<Float>.self)
    (target + 16).storeBytes(of: (source + 16).loadUnaligned(as: SIMD2<Float>.self), as: SIMD2<Float>.self)
    source += 4 * stride
    target += 24
  }
}

/// Copies some channels of `count` pixels.
@inline(__always)
private func copyPixels(
  _ first: UnsafePointer<Float>, stride: Int, to firstTarget: UnsafeMutablePointer<Float>,
  stride targetStride: Int, channels: Int, count: Int
) {
  var source = first
  var target = firstTarget
  for _ in 0..<count {
    var channel = 0
    while channel < channels {
      target[channel] = source[channel]
      channel &+= 1
    }
    source += stride
    target += targetStride
  }
}
