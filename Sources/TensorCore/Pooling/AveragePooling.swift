/// output = the mean of each window: its values added in row-major order, then divided by their number.
///
/// - Parameters:
///   - input: (rows, geometry.input.count), channels last.
///   - output: (rows, geometry.output.count).
public func averagePool(
  _ input: UnsafePointer<Float>, geometry: PoolingGeometry, into output: UnsafeMutablePointer<Float>,
  rows: Int, team: ThreadTeam
) {
  team.forEachRange(rows) { range in
    for row in range {
      let image = input + row * geometry.input.count
      let result = output + row * geometry.output.count
      if geometry.size == 2 {
        averageImage(image, geometry, result, size: 2)
      } else {
        averageImage(image, geometry, result, size: geometry.size)
      }
    }
  }
}

/// inputGradient = each output's gradient divided by the values of a window, at all places of the window, added up where
/// windows overlap (output pixels in row-major order), and zero where there is none; written.
public func averagePoolGradient(
  _ outputGradient: UnsafePointer<Float>, geometry: PoolingGeometry,
  into inputGradient: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam
) {
  geometry.forEachGradientRow(inputGradient, rows: rows, team: team) { row in
    let gradient = outputGradient + row * geometry.output.count
    let result = inputGradient + row * geometry.input.count
    if geometry.size == 2 && geometry.isPartition {
      spreadImage(gradient, geometry, result, size: 2, adds: false)
    } else {
      spreadImage(gradient, geometry, result, size: geometry.size, adds: !geometry.isPartition)
    }
  }
}

@inline(__always)
private func averageImage(
  _ input: UnsafePointer<Float>, _ geometry: PoolingGeometry, _ output: UnsafeMutablePointer<Float>, size: Int
) {
  let channels = geometry.input.channels
  let lineStride = geometry.input.width * channels
  let area = Vector(repeating: Float(size * size))
  for y in 0..<geometry.output.height {
    for x in 0..<geometry.output.width {
      let window = input + geometry.windowOffset(y, x)
      let pixel = (y * geometry.output.width + x) * channels
      forEachChannelVector(channels) { channel, width in
        var sum = Vector.zero
        for ky in 0..<size {
          for kx in 0..<size {
            sum += Vector.loadPartial(window + (ky * lineStride + kx * channels + channel), count: width)
          }
        }
        (sum / area).storePartial(output + (pixel + channel), count: width)
      }
    }
  }
}

@inline(__always)
private func spreadImage(
  _ outputGradient: UnsafePointer<Float>, _ geometry: PoolingGeometry,
  _ inputGradient: UnsafeMutablePointer<Float>, size: Int, adds: Bool
) {
  let channels = geometry.input.channels
  let lineStride = geometry.input.width * channels
  let area = Vector(repeating: Float(size * size))
  for y in 0..<geometry.output.height {
    for x in 0..<geometry.output.width {
      let window = inputGradient + geometry.windowOffset(y, x)
      let pixel = (y * geometry.output.width + x) * channels
      forEachChannelVector(channels) { channel, width in
        let share = Vector.loadPartial(outputGradient + (pixel + channel), count: width) / area
        for ky in 0..<size {
          for kx in 0..<size {
            let place = window + (ky * lineStride + kx * channels + channel)
            (adds ? Vector.loadPartial(place, count: width) + share : share).storePartial(place, count: width)
          }
        }
      }
    }
  }
}
