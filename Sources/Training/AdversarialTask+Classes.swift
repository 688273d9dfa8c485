import NeuralNet
import RandomNumbers

/// The classes of the images that a step of a conditional GAN sees; passes stay as they are where there are none.
extension AdversarialTask {
  /// What to say where the network has classes of which no training image is one; nil where there is nothing.
  var missingClassWarning: String? {
    guard let classes = network.classCount, !labels.isEmpty else { return nil }
    let missing = (0..<classes).filter { !labels.contains(UInt8($0)) }
    if missing.isEmpty { return nil }
    return "warning no training image is of \(missing.count == 1 ? "class" : "classes") "
      + "\(missing.map(String.init).joined(separator: ", ")): what is drawn of them will mean nothing"
  }

  /// The pass with the classes of its rows' images.
  ///
  /// - Parameter samples: the rows' indices in the training images.
  func labelled(_ pass: Pass, asImages samples: ArraySlice<Int32>) -> Pass {
    guard network.classCount != nil else { return pass }
    return pass.labelled(samples.map { labels[Int($0)] })
  }

  /// The pass with classes for images to generate, all equally likely. As of noise, each depends on the seed, the step,
  /// the discriminator's update within it and the row's place in the global batch.
  ///
  /// - Parameter places: of the rows in the global batch.
  func labelled(_ pass: Pass, drawnAt places: Range<Int>, step: Int, draw: Int) -> Pass {
    guard let classes = network.classCount else { return pass }
    return pass.labelled(
      places.map { place in
        UInt8(classKey.uniformInteger(below: UInt32(classes), word: 0, step: step, index: place, draw: draw))
      })
  }
}
