import NeuralNet
import TensorCore
import TestSupport
import Testing

// The classifier against PyTorch from the same weights on the same images.

private let batch = 8

private func classifier(_ name: String) throws -> ImageClassifier {
  let isSmall = name == "small"
  let model = try ImageClassifier(
    channels: isSmall ? [16, 16, 16, 16] : ImageClassifier.defaultChannels,
    hidden: isSmall ? [24] : ImageClassifier.defaultHidden, dropout: 0)
  model.arena.loadFormulaWeights()
  model.allocate(rows: batch)
  return model
}

@Suite struct ImageClassifierTests {
  @Test(arguments: ["small", "published"]) func outputsLossesAndGradientsArePyTorchs(name: String) throws {
    let fixture = try Fixture("classifier_torch")
    let pixels = try Fixture("dense_ae_torch").bytes("images")
    let images = try fixture.bytes("\(name).images").flatMap { index in
      pixels[Int(index) * 784..<(Int(index) + 1) * 784].map { Float($0) / 255 }
    }
    let labels = try fixture.bytes("labels")
    for (threads, shards) in [(1, 1), (2, 4)] {
      let team = ThreadTeam(count: threads)
      let model = try classifier(name)
      #expect(try Float(model.arena.parameterCount) == fixture.floats("\(name).parameters")[0])
      let pass = Pass(
        rows: ShardedRows(offsets: evenOffsets(rows: batch, shards: shards)), team: team,
        training: TrainingPass(
          seed: 0, step: 0, sampleIndices: ArraySlice(0..<Int32(batch)), sums: LocalShardSums()))
      var losses = [Double](repeating: .nan, count: batch)
      let logits = model.forward(images: images, pass: pass)
      func expectOutput(_ tensor: String, _ output: UnsafePointer<Float>, width: Int) throws {
        #expect(try fixture.shape("\(name).\(tensor)") == [batch, width])
        let output = Array(UnsafeBufferPointer(start: output, count: batch * width))
        try expectClose(tensor, output, fixture.floats("\(name).\(tensor)"), tolerance: 1e-4)
      }
      try expectOutput("features", model.features, width: model.featureCount)
      try expectOutput("logits", logits, width: model.classCount)
      classCrossEntropy(
        logits: logits, labels: labels, logitGradient: logits, sampleLosses: &losses, rows: batch,
        classes: model.classCount, team: team)
      try expectClose(
        "losses", losses, fixture.floats("\(name).losses").map(Double.init), tolerance: 1e-4)
      model.backward(images: images, logitGradient: logits, pass: pass)
      let kept = fixture.names(under: "\(name).gradient.")
      #expect(name == "published" || kept == model.arena.parameters.map(\.name).sorted())
      for (parameter, gradient) in zip(model.arena.parameters, model.arena.gradientArrays)
      where kept.contains(parameter.name) {
        #expect(try fixture.shape("\(name).gradient.\(parameter.name)") == parameter.shape)
        try expectClose(
          parameter.name, gradient.map { $0 / Float(batch) },
          fixture.floats("\(name).gradient.\(parameter.name)"), tolerance: 1e-4)
      }
    }
  }
}
