/// The windows that `maxPool` can remember the positions of: 256 places fit into a byte.
public let largestMaxPoolingSize = 16

/// output = the largest value of each window, and where in the window it was.
///
/// Of equal values it is the first in row-major order, as in PyTorch. NaN is larger than any number, so that a diverged
/// run is seen; of several the last counts.
///
/// - Parameters:
///   - input: (rows, geometry.input.count), channels last.
///   - output: (rows, geometry.output.count).
///   - positions: as many, for `maxPoolGradient`: row of the window times its size plus column.
/// - Precondition: the window's side is at most `largestMaxPoolingSize`.
public func maxPool(
  _ input: UnsafePointer<Float>, geometry: PoolingGeometry, into output: UnsafeMutablePointer<Float>,
  positions: UnsafeMutablePointer<UInt8>, rows: Int, team: ThreadTeam
) {
  precondition(geometry.size <= largestMaxPoolingSize)
  team.forEachRange(rows) { range in
    for row in range {
      let image = input + row * geometry.input.count
      let result = output + row * geometry.output.count
      let places = positions + row * geometry.output.count
      // With the usual size as a constant, the loops over a window are unrolled.
      if geometry.size == 2 {
        poolImage(image, geometry, result, places, size: 2)
      } else {
        poolImage(image, geometry, result, places, size: geometry.size)
      }
    }
  }
}

/// inputGradient = each output's gradient at the position of its window's largest value, added up where windows overlap
/// (output pixels in row-major order), and zero elsewhere; written.
public func maxPoolGradient(
  _ outputGradient: UnsafePointer<Float>, positions: UnsafePointer<UInt8>, geometry: PoolingGeometry,
  into inputGradient: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam
) {
  geometry.forEachGradientRow(inputGradient, rows: rows, team: team) { row in
    let gradient = outputGradient + row * geometry.output.count
    let places = positions + row * geometry.output.count
    let result = inputGradient + row * geometry.input.count
    if geometry.size == 2 && geometry.isPartition {
      scatterImage(gradient, places, geometry, result, size: 2, adds: false)
    } else {
      scatterImage(gradient, places, geometry, result, size: geometry.size, adds: !geometry.isPartition)
    }
  }
}

@inline(__always)
private func poolImage(
  _ input: UnsafePointer<Float>, _ geometry: PoolingGeometry, _ output: UnsafeMutablePointer<Float>,
  _ positions: UnsafeMutablePointer<UInt8>, size: Int
) {
  let channels = geometry.input.channels
  let lineStride = geometry.input.width * channels
  for y in 0..<geometry.output.height {
    for x in 0..<geometry.output.width {
      let window = input + geometry.windowOffset(y, x)
      let pixel = (y * geometry.output.width + x) * channels
      forEachChannelVector(channels) { channel, width in
        var largest = Vector.loadPartial(window + channel, count: width)
        var position = SIMD8<Int32>.zero
        for ky in 0..<size {
          for kx in 0..<size {
            let value = Vector.loadPartial(window + (ky * lineStride + kx * channels + channel), count: width)
            let isLarger = (value .> largest) .| (value .!= value)
            largest.replace(with: value, where: isLarger)
            position.replace(with: Int32(truncatingIfNeeded: ky &* size &+ kx), where: isLarger)
          }
        }
        largest.storePartial(output + (pixel + channel), count: width)
        storeBytes(position, positions + (pixel + channel), count: width)
      }
    }
  }
}

@inline(__always)
private func scatterImage(
  _ outputGradient: UnsafePointer<Float>, _ positions: UnsafePointer<UInt8>, _ geometry: PoolingGeometry,
  _ inputGradient: UnsafeMutablePointer<Float>, size: Int, adds: Bool
) {
  let channels = geometry.input.channels
  let lineStride = geometry.input.width * channels
  for y in 0..<geometry.output.height {
    for x in 0..<geometry.output.width {
      let window = inputGradient + geometry.windowOffset(y, x)
      let pixel = (y * geometry.output.width + x) * channels
      forEachChannelVector(channels) { channel, width in
        let gradient = Vector.loadPartial(outputGradient + (pixel + channel), count: width)
        let position = loadBytes(positions + (pixel + channel), count: width)
        for ky in 0..<size {
          for kx in 0..<size {
            let place = window + (ky * lineStride + kx * channels + channel)
            let isHere = position .== Float(ky &* size &+ kx)
            var share = Vector.zero.replacing(with: gradient, where: isHere)
            if adds { share += Vector.loadPartial(place, count: width) }
            share.storePartial(place, count: width)
          }
        }
      }
    }
  }
}

/// Writes the lowest byte of the first `count` lanes.
@inline(__always)
private func storeBytes(_ lanes: SIMD8<Int32>, _ pointer: UnsafeMutablePointer<UInt8>, count: Int) {
  let bytes = SIMD8<UInt8>(truncatingIfNeeded: lanes)
  if count == 8 {
    UnsafeMutableRawPointer(pointer).storeBytes(of: bytes, as: SIMD8<UInt8>.self)
  } else {
    for lane in 0..<count { pointer[lane] = bytes[lane] }
  }
}

/// `count` bytes as the first lanes, zero in the others. As floats, since comparisons of integers go lane by lane.
@inline(__always)
private func loadBytes(_ pointer: UnsafePointer<UInt8>, count: Int) -> Vector {
  var bytes = SIMD8<UInt8>.zero
  if count == 8 {
    bytes = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<UInt8>.self)
  } else {
    for lane in 0..<count { bytes[lane] = pointer[lane] }
  }
  return Vector(SIMD8<Int32>(truncatingIfNeeded: bytes))
}
