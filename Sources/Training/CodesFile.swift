import Artifacts
import Diagnostics

/// Writes codes as an npy file of shape (count, latent dimension), float32.
public func writeCodes(_ codes: [Float], latentDimension: Int, to path: String) throws {
  try writeArray(codes, shape: [codes.count / latentDimension, latentDimension], to: path)
}

/// Reads the codes that a decoder is to make images of.
///
/// - Throws: `Failure` 66 when the file is not there, 65 when it is not an array of finite float32 numbers of shape
///   (count, latent dimension), count at least 1.
func readCodes(_ path: String, latentDimension: Int) throws -> [Float] {
  let array = try NumPyFile.read(path)
  guard let codes = array.elements(of: Float.self) else {
    throw Failure(
      .badData, "\(path) holds elements of type '\(array.dataType.numPyDescriptor)', not float32",
      help: "save it with numpy.save(path, codes.astype('float32'))")
  }
  guard array.shape.count == 2, array.shape[1] == latentDimension else {
    throw Failure(
      .badData,
      "\(path) has shape \(array.shape), but the model's codes have shape [count, \(latentDimension)]",
      help: "give codes that 'atelier encode' made with this model, or of that shape")
  }
  guard !codes.isEmpty else { throw Failure(.badData, "\(path) holds no codes") }
  if let position = codes.firstIndex(where: { !$0.isFinite }) {
    throw Failure(
      .badData,
      "\(path) holds \(codes[position]) at [\(position / latentDimension), \(position % latentDimension)]",
      help: "codes have to be finite numbers")
  }
  return codes
}
