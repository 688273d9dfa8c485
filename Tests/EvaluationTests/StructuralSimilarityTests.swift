import Evaluation
import Testing

/// Repeatable values in [0, 1) of no pattern that matters.
private func noise(_ count: Int, seed: Int) -> [Float] {
  (0..<count).map { Float(($0 &* 7919 &+ seed &* 104_729) &* 2_654_435_761 >> 7 & 0xffff) / 65536 }
}

private func constant(_ value: Float) -> [Float] { [Float](repeating: value, count: 784) }

@Test(arguments: StructuralSimilarity.allCases) func equalImagesScoreExactlyOne(measure: StructuralSimilarity)
{
  let image = noise(784, seed: 3)
  #expect(measure.score(image, image, height: 28, width: 28) == 1)
  #expect(measure.score(constant(0), constant(0), height: 28, width: 28) == 1)
}

/// x = a and y = b everywhere: (2 a b + C1) / (a² + b² + C1). A background that leaks 0.01 costs half the score.
@Test(arguments: StructuralSimilarity.allCases)
func flatImagesScoreTheirLuminance(measure: StructuralSimilarity) {
  for (a, b) in [(0, 0.01), (0, 0.003), (0.25, 0.75), (1, 0)] as [(Float, Float)] {
    let (x, y) = (Double(a), Double(b))
    let expected = (2 * x * y + 1e-4) / (x * x + y * y + 1e-4)
    #expect(abs(measure.score(constant(a), constant(b), height: 28, width: 28)! - expected) < 1e-10)
  }
  #expect(abs(measure.score(constant(0), constant(0.01), height: 28, width: 28)! - 0.5) < 1e-6)
}

/// x is flat at 0.5, y 24 times above and 24 times below it by s and once equal to it: the sample variance of y is s²,
/// and the score C2 / (s² + C2), which is a half for s = 0.03.
@Test func zeroMeanNoiseOnAFlatWindowScoresItsContrast() {
  let deviation: Float = 0x1p-5
  let x = [Float](repeating: 0.5, count: 49)
  let y = (0..<49).map { $0 == 48 ? 0.5 : $0 % 2 == 0 ? 0.5 + deviation : 0.5 - deviation }
  let score = StructuralSimilarity.uniform.score(x, y, height: 7, width: 7)!
  #expect(abs(score - 9e-4 / (0x1p-10 + 9e-4)) < 1e-10)
}

@Test(
  arguments: StructuralSimilarity.allCases,
  [[11, 11], [28, 28], [12, 19], [17, 13], [33, 14], [20, 30]])
func fastScoreEqualsItsReference(measure: StructuralSimilarity, size: [Int]) {
  let (height, width) = (size[0], size[1])
  let x = noise(height * width, seed: 1)
  for share in [0.1, 0.9, 1] as [Float] {
    let y = zip(x, noise(x.count, seed: 2)).map { $0 * (1 - share) + $1 * share }
    let score = measure.score(x, y, height: height, width: width)!
    let reference = measure.referenceScore(x, y, height: height, width: width)!
    #expect(abs(score - reference) < 1e-11)
    #expect(score < 0.999)
  }
}

@Test func scoreIsNilWhereNoWindowFits() {
  let image = noise(784, seed: 1)
  #expect(StructuralSimilarity.uniform.score(image, image, height: 6, width: 28) == nil)
  #expect(StructuralSimilarity.uniform.score(image, image, height: 7, width: 7) == 1)
  #expect(StructuralSimilarity.gaussian.score(image, image, height: 28, width: 10) == nil)
}
