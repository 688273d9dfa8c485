import Collectives
import ImageData
import NeuralNet
import RandomNumbers
import TensorCore

/// The codes that a model gives images; a collective call, shared over ranks by chunks.
///
/// - Precondition: the model has room for `EvaluationChunks.size` rows, and takes images of that size.
/// - Returns: (images, latent dimension) on rank 0, nothing on the others.
public func encodeImages(
  _ images: ImageDataset, by model: any ImageCoder, shards: Int, group: ProcessGroup, team: ThreadTeam
) -> [Float] {
  let input = AlignedBuffer<Float>(count: EvaluationChunks.size * images.pixelsPerImage)
  return EvaluationChunks(images: images.count, shards: shards).gather(
    width: model.latentDimension, group: group, phase: "encoding"
  ) { UnsafePointer(model.encodeChunk(images, $0, input: input, team: team)) }
}

/// The codes that a prior is fitted to: those of `encodeImages`, but of a variational autoencoder drawn by chance, as its
/// decoder saw them in training; a collective call.
///
/// The noise of image i depends on the seed and i alone.
///
/// - Precondition: as for `encodeImages`.
/// - Returns: (images, latent dimension) on rank 0, nothing on the others.
public func drawCodes(
  of images: ImageDataset, by model: any ImageCoder, seed: UInt32, shards: Int, group: ProcessGroup,
  team: ThreadTeam
) -> [Float] {
  guard let model = model as? VariationalAutoencoder else {
    return encodeImages(images, by: model, shards: shards, group: group, team: team)
  }
  let latent = model.latentDimension
  let input = AlignedBuffer<Float>(count: EvaluationChunks.size * images.pixelsPerImage)
  let noise = AlignedBuffer<Float>(count: EvaluationChunks.size * latent)
  let key = RandomKey(seed: seed, purpose: .reparameterization, layer: 2)
  return EvaluationChunks(images: images.count, shards: shards).gather(
    width: latent, group: group, phase: "encoding"
  ) { chunk in
    images.copyImages(chunk, to: input.pointer, team: team)
    for (row, image) in chunk.enumerated() {
      fillNormal(noise.pointer + row * latent, count: latent, key: key, step: 0, index: image)
    }
    return UnsafePointer(
      model.drawCodes(
        images: input.pointer, noise: noise.pointer, pass: Pass(rowCount: chunk.count, team: team)))
  }
}

/// The images that a model makes of codes; a collective call, shared over ranks by chunks.
///
/// - Parameter codes: (count, latent dimension), the same on every rank.
/// - Precondition: the model has room for `EvaluationChunks.size` rows.
/// - Returns: (count, pixels) in [0, 1] on rank 0, nothing on the others.
public func decodeCodes(
  _ codes: [Float], by model: any ImageCoder, shards: Int, group: ProcessGroup, team: ThreadTeam
) -> [Float] {
  let latent = model.latentDimension
  precondition(codes.count % latent == 0)
  return codes.withUnsafeBufferPointer { codes in
    EvaluationChunks(images: codes.count / latent, shards: shards).gather(
      width: model.pixelCount, group: group, phase: "decoding"
    ) { rows in
      UnsafePointer(
        model.generate(
          codes: codes.baseAddress! + rows.lowerBound * latent, pass: Pass(rowCount: rows.count, team: team)))
    }
  }
}

/// What a model makes of images, the same bits as `decodeCodes` of `encodeImages`; a collective call.
///
/// - Precondition: as for `encodeImages`.
/// - Returns: (images, pixels) in [0, 1] on rank 0, nothing on the others.
public func rebuildImages(
  _ images: ImageDataset, by model: any ImageCoder, shards: Int, group: ProcessGroup, team: ThreadTeam
) -> [Float] {
  let input = AlignedBuffer<Float>(count: EvaluationChunks.size * images.pixelsPerImage)
  return EvaluationChunks(images: images.count, shards: shards).gather(
    width: model.pixelCount, group: group, phase: "reconstruction"
  ) { chunk in
    let codes = model.encodeChunk(images, chunk, input: input, team: team)
    return UnsafePointer(model.generate(codes: codes, pass: Pass(rowCount: chunk.count, team: team)))
  }
}

extension ImageCoder {
  /// The codes of some images, valid until the next call.
  fileprivate func encodeChunk(
    _ images: ImageDataset, _ chunk: Range<Int>, input: AlignedBuffer<Float>, team: ThreadTeam
  ) -> UnsafeMutablePointer<Float> {
    images.copyImages(chunk, to: input.pointer, team: team)
    return encode(images: input.pointer, pass: Pass(rowCount: chunk.count, team: team))
  }
}
