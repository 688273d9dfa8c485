import Artifacts
import Diagnostics

/// How far a run has come: all that a checkpoint has to know beside tensors and configuration.
struct TrainingPosition: Equatable {
  /// Updates made.
  var step = 0
  /// Epochs completed.
  var epoch = 0
  /// Updates made in the epoch that is under way.
  var stepInEpoch = 0
  /// Training images seen.
  var images = 0

  var json: [JSONMember] {
    [
      JSONMember("step", .integer(step)), JSONMember("epoch", .integer(epoch)),
      JSONMember("step_in_epoch", .integer(stepInEpoch)), JSONMember("images", .integer(images)),
    ]
  }

  init() {}

  init(json: JSONValue, file: String) throws {
    func count(_ name: String) throws -> Int {
      guard let value = json[name]?.integerValue, value >= 0 else {
        throw Failure(.badData, "\(file) has no usable value for '\(name)'")
      }
      return value
    }
    step = try count("step")
    epoch = try count("epoch")
    stepInEpoch = try count("step_in_epoch")
    images = try count("images")
  }
}
