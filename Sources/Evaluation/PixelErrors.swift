import Glibc

/// The mean over `count` pixels of (x - y)², in double precision.
///
/// - Precondition: `count` is above 0.
public func meanSquaredError(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int) -> Double {
  precondition(count > 0)
  var sum = 0.0
  for pixel in 0..<count {
    let difference = Double(x[pixel]) - Double(y[pixel])
    sum += difference * difference
  }
  return sum / Double(count)
}

/// The peak signal-to-noise ratio in decibels of images with values in [0, 1], -10 log10 of their mean squared error;
/// infinite for equal images.
public func peakSignalToNoise(meanSquaredError: Double) -> Double {
  -10 * log10(meanSquaredError)
}
