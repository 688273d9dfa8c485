import Evaluation
import ImageData
import TensorCore
import TestSupport
import Testing

@Suite struct MemorizationCheckTests {
  /// Four generated images: two of the training set, one of them off by less than half a byte's step, and two of noise.
  @Test func copiesAreFoundAndNoiseIsFar() throws {
    let training = try syntheticImages(150)
    let heldOut = try syntheticImages(190)
    let all = pixels(of: training)
    func image(_ index: Int) -> ArraySlice<Float> { all[index * 784..<(index + 1) * 784] }
    let noise = randomFloats(2 * 784, seed: 1, low: 0, high: 1)
    let generated = noise[..<784] + image(120) + noise[784...] + image(7).map { min(1, $0 + 0.001) }
    for threads in [1, 2] {
      let check = try MemorizationCheck(
        pixels: Array(generated), heldOut: heldOut, training: training, team: ThreadTeam(count: threads))
      #expect(check.generated.count == 4 && check.heldOut.count == 100)
      #expect(check.generated.distances[1] == 0 && check.generated.distances[3] == 0)
      #expect(training.image(check.generated.indices[1]).elementsEqual(training.image(120)))
      #expect(check.generated.closest.image == 1 && check.generated.closest.distance == 0)
      #expect(check.generated.closest.trainingImage == check.generated.indices[1])
      for (place, source) in [(0, 0), (2, 1)] {
        let query = noise[source * 784..<(source + 1) * 784].map { ($0 * 255).rounded() / 255 }
        let distances = (0..<150).map { index in
          zip(query, image(index)).reduce(0) {
            $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
          }.squareRoot()
        }
        expectClose("distance", [check.generated.distances[place]], [distances.min()!], tolerance: 1e-12)
        #expect(distances[check.generated.indices[place]] == distances.min()!)
      }
      let sorted = check.generated.distances.sorted()
      #expect(check.generated.medianDistance == (sorted[1] + sorted[2]) / 2)
      // The first of the held-out images are in the training set here.
      #expect(check.heldOut.distances.allSatisfy { $0 == 0 } && check.heldOut.medianDistance == 0)
    }
  }

  @Test func oneHundredImagesAreLookedAtOrAsManyAsThereAre() throws {
    let training = try syntheticImages(150)
    let check = try MemorizationCheck(
      pixels: randomFloats(120 * 784, seed: 2, low: 0, high: 1), heldOut: training, training: training,
      team: singleThread)
    #expect(check.generated.count == 100 && check.heldOut.count == 100)
    let few = try MemorizationCheck(
      pixels: randomFloats(120 * 784, seed: 2, low: 0, high: 1), heldOut: training.prefix(11),
      training: training, team: singleThread)
    #expect(few.generated == check.generated)
    #expect(few.heldOut.distances == Array(check.heldOut.distances[..<11]))
    expectBadData("no images") {
      try MemorizationCheck(pixels: [], heldOut: training, training: training, team: singleThread)
    }
    expectBadData("nan") {
      try MemorizationCheck(
        pixels: [Float](repeating: .nan, count: 784), heldOut: training, training: training,
        team: singleThread)
    }
  }
}
