import TensorCore

/// Moves pixels to the nearest of the 256 values k/255 that images of bytes can have; those that are such a value stay
/// the same to the bit.
///
/// As `np.rint(np.clip(x, 0, 1) * np.float32(255)) / np.float32(255)`, all in single precision: halves go to the even
/// neighbour. NaN stays NaN.
public func roundToBytes(_ pixels: UnsafeMutablePointer<Float>, count: Int) {
  let (zero, one) = (Vector.zero, Vector(repeating: 1))
  mapVectors(pixels, pixels, count: count) { pixels in
    let clamped = pixels.replacing(with: zero, where: pixels .< zero).replacing(
      with: one, where: pixels .> one)
    // From 2^23 on a Float has no fraction: the sum is rounded to an integer, halves to the even one.
    let bytes = (clamped * 255 + 0x1p23) - 0x1p23
    return bytes / 255
  }
}
