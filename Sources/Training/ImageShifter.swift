import RandomNumbers
import TensorCore

/// Moves each training image by whole pixels, anew each time it is used (`--shift`), so that a model can't learn the images
/// by heart; what comes in from outside is 0.
///
/// Rows and columns move by -n to n, all equally likely (`uniformInteger`, words 0 and 1), decided by the seed, the step and
/// the image's index in the data set, never by ranks or by what was drawn before.
package final class ImageShifter {
  private let largest: Int
  private let (height, width): (Int, Int)
  private let key: RandomKey
  private var output = AlignedBuffer<Float>(count: 0)

  /// - Parameter largest: n, at least 1.
  package init(largest: Int, height: Int, width: Int, seed: UInt32) {
    self.largest = largest
    (self.height, self.width) = (height, width)
    key = RandomKey(seed: seed, purpose: .shift)
  }

  /// Moved copies of images, (rows, pixels): valid until the next call.
  ///
  /// - Parameter samples: the data-set index of each row.
  package func shift(
    _ images: UnsafePointer<Float>, samples: ArraySlice<Int32>, step: Int, team: ThreadTeam
  ) -> UnsafePointer<Float> {
    let changes = samples.map { change(ofSample: Int($0), step: step) }
    let count = changes.count * height * width
    if output.count < count { output = AlignedBuffer(count: count) }
    changeImages(images, changes: changes, height: height, width: width, into: output.pointer, team: team)
    return UnsafePointer(output.pointer)
  }

  package func change(ofSample sample: Int, step: Int) -> ImageChange {
    func draw(_ word: Int) -> Int {
      key.uniformInteger(below: UInt32(2 * largest + 1), word: word, step: step, index: sample, draw: 0)
        - largest
    }
    return ImageChange(rowShift: draw(0), columnShift: draw(1))
  }
}
