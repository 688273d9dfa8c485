import Artifacts
import Collectives
import Diagnostics
import NeuralNet
import TensorCore

/// The settings that decide a run's numbers. They go into every checkpoint, ranks must agree on them, and a resumed run
/// may not change them; all others (epochs, threads, paths, cadence) may change freely.
extension RunConfiguration {
  /// In a fixed order, by their names on the command line.
  public var arithmetic: JSONValue {
    .object(Self.arithmeticSettings.map { JSONMember($0.name, $0.read(self)) })
  }

  /// The configuration of a checkpoint, with the model's defaults for what is not arithmetic.
  public init(arithmetic: JSONValue, file: String) throws {
    guard let model = arithmetic["model"]?.stringValue.flatMap(ModelName.init(rawValue:)) else {
      throw Failure(.badData, "\(file) names no model that this version knows")
    }
    self = .defaults(for: model)
    for setting in Self.arithmeticSettings {
      // Not there in a checkpoint older than the option, which then was not given.
      guard setting.write(&self, arithmetic[setting.name] ?? .null) else {
        throw Failure(.badData, "\(file) has no usable value for '\(setting.name)'")
      }
    }
  }

  /// Refuses to go on from a checkpoint under other arithmetic: `Failure` 64 that names the first option that differs.
  package func requireSameArithmetic(as saved: RunConfiguration) throws {
    for setting in Self.arithmeticSettings where setting.read(self) != setting.read(saved) {
      let option = setting.name == "model" ? "the model" : "--\(setting.name)"
      let (own, before) = (commandLineText(setting.read(self)), commandLineText(setting.read(saved)))
      throw Failure(
        .usage,
        "\(option) is \(own ?? "not given"), but was \(before ?? "not given") for the checkpoint, and can't change",
        help: "resume \(remedy(setting, saved, option)), or start a new run")
    }
  }

  /// How to give an option as it was for the checkpoint.
  private func remedy(_ setting: ArithmeticSetting, _ saved: RunConfiguration, _ option: String) -> String {
    let before = setting.read(saved)
    if let flag = before.boolValue { return "with --\(flag ? "" : "no-")\(setting.name)" }
    return commandLineText(before).map { "with \(option) \($0)" } ?? "without \(option)"
  }

  /// A value as the command line has it; nil for none.
  func commandLineText(_ value: JSONValue) -> String? {
    if value == .null { return nil }
    if let list = value.arrayValue { return list.compactMap { commandLineText($0) }.joined(separator: ",") }
    return value.stringValue ?? value.compactText
  }

  private struct ArithmeticSetting: Sendable {
    var name: String
    var read: @Sendable (RunConfiguration) -> JSONValue
    var write: @Sendable (inout RunConfiguration, JSONValue) -> Bool
  }

  private static let arithmeticSettings: [ArithmeticSetting] = [
    choice("model", \.model),
    widths("hidden", \.hidden), widths("channels", \.channels, atLeast: 1),
    ofTheModel(optionalInteger("latent", \.latent)), choice("activation", \.activation),
    ofTheModel(optionalChoice("latent-activation", \.latentActivation)),
    ofTheModel(optionalNumber("dropout", \.dropout)), ofTheModel(optionalChoice("loss", \.loss)),
    optionalNumber("mix-alpha", \.mixAlpha), addedLater(optionalChoice("likelihood", \.likelihood)),
    ofTheModel(optionalNumber("beta", \.beta)),
    optionalInteger("kl-warmup", \.divergenceWarmup), optionalNumber("free-bits", \.freeBits),
    ofTheModel(optionalChoice("adversarial-loss", \.adversarialLoss)),
    optionalNumber("label-smoothing", \.labelSmoothing),
    ofTheModel(optionalChoice("batch-norm", \.batchNormScope)),
    addedLater(optionalChoice("d-norm", \.discriminatorNorm)), flag("conditional", \.isConditional),
    flag("minibatch-stddev", \.hasMinibatchStandardDeviation),
    optionalNumber("r1", \.realGradientPenalty), optionalNumber("gradient-penalty", \.gradientPenalty),
    optionalChoices("augment", \.augmentation), optionalNumber("ema", \.averageDecay),
    optionalInteger("shift", \.shift),
    choice("conventions", \.conventions),
    ArithmeticSetting(
      name: "lr", read: { .number($0.learningRate) },
      write: { configuration, value in
        guard let rate = value.doubleValue, rate > 0 else { return false }
        configuration.learningRate = Float(rate)
        return true
      }),
    ArithmeticSetting(
      name: "d-lr", read: { $0.discriminatorRate.map { .number($0) } ?? .null },
      write: { configuration, value in
        configuration.discriminatorRate = value.doubleValue.map { Float($0) }
        return value == .null || value.doubleValue ?? 0 > 0
      }), optionalInteger("d-steps", \.discriminatorSteps),
    ArithmeticSetting(
      name: "lr-rule", read: { .string($0.learningRateRule.rawValue) },
      write: { configuration, value in
        // Not there in a checkpoint older than the option.
        configuration.learningRateRule = value.stringValue.flatMap(LearningRateRule.init(rawValue:)) ?? .none
        return value == .null || value.stringValue == configuration.learningRateRule.rawValue
      }),
    choice("optimizer", \.optimizer.name), optionalNumber("weight-decay", \.optimizer.weightDecay),
    optionalNumber("momentum", \.optimizer.momentum),
    flag("nesterov", \.optimizer.isNesterov),
    optionalNumber("beta1", \.optimizer.beta1), optionalNumber("beta2", \.optimizer.beta2),
    optionalNumber("epsilon", \.optimizer.epsilon), optionalNumber("alpha", \.optimizer.alpha),
    choice("schedule", \.schedule), integer("warmup", \.warmup, atLeast: 0),
    optionalInteger("step-size", \.stepSize), optionalNumber("gamma", \.gamma),
    optionalNumber("min-lr", \.minimumLearningRate), optionalNumber("clip-norm", \.clipNorm),
    integer("batch", \.batch, atLeast: 1), integer("accumulate", \.accumulate, atLeast: 1),
    ArithmeticSetting(
      name: "seed", read: { .integer(Int($0.seed)) },
      write: { configuration, value in
        guard let seed = value.integerValue.flatMap(UInt32.init(exactly:)) else { return false }
        configuration.seed = seed
        return true
      }), integer("shards", \.shards, atLeast: 1), choice("split", \.split),
    optionalInteger("validation", \.validation), optionalInteger("limit", \.limit),
    choice("allreduce", \.allreduce),
  ]

  /// False in a checkpoint older than the option.
  private static func flag(
    _ name: String, _ path: WritableKeyPath<RunConfiguration, Bool> & Sendable
  ) -> ArithmeticSetting {
    ArithmeticSetting(
      name: name, read: { .bool($0[keyPath: path]) },
      write: { configuration, value in
        configuration[keyPath: path] = value.boolValue ?? false
        return value == .null || value.boolValue != nil
      })
  }

  private static func integer(
    _ name: String, _ path: WritableKeyPath<RunConfiguration, Int> & Sendable, atLeast minimum: Int
  ) -> ArithmeticSetting {
    ArithmeticSetting(
      name: name, read: { .integer($0[keyPath: path]) },
      write: { configuration, value in
        guard let number = value.integerValue, number >= minimum else { return false }
        configuration[keyPath: path] = number
        return true
      })
  }

  /// A list of `count` or more widths, or none for a model that has no such layers.
  private static func widths(
    _ name: String, _ path: WritableKeyPath<RunConfiguration, [Int]?> & Sendable, atLeast count: Int = 0
  ) -> ArithmeticSetting {
    ArithmeticSetting(
      name: name, read: { $0[keyPath: path].map { .array($0.map { .integer($0) }) } ?? .null },
      write: { configuration, value in
        if value == .null { return configuration[keyPath: path] == nil }
        guard let widths = value.arrayValue?.map(\.integerValue), widths.count >= count,
          widths.allSatisfy({ $0 ?? 0 > 0 })
        else { return false }
        configuration[keyPath: path] = widths.map { $0! }
        return true
      })
  }

  private static func optionalInteger(
    _ name: String, _ path: WritableKeyPath<RunConfiguration, Int?> & Sendable
  ) -> ArithmeticSetting {
    ArithmeticSetting(
      name: name, read: { $0[keyPath: path].map { .integer($0) } ?? .null },
      write: { configuration, value in
        configuration[keyPath: path] = value.integerValue
        return value == .null || value.integerValue ?? 0 > 0
      })
  }

  /// A setting that some models need and others don't have: it is there where the model's default is.
  private static func ofTheModel(_ setting: ArithmeticSetting) -> ArithmeticSetting {
    ArithmeticSetting(
      name: setting.name, read: setting.read,
      write: { configuration, value in
        (value == .null) == (setting.read(configuration) == .null) && setting.write(&configuration, value)
      })
  }

  /// A setting `ofTheModel` that the checkpoints of older versions lack: it had the model's default then.
  private static func addedLater(_ setting: ArithmeticSetting) -> ArithmeticSetting {
    let ofTheModel = ofTheModel(setting)
    return ArithmeticSetting(
      name: setting.name, read: setting.read,
      write: { configuration, value in value == .null || ofTheModel.write(&configuration, value) })
  }

  private static func optionalNumber(
    _ name: String, _ path: WritableKeyPath<RunConfiguration, Double?> & Sendable
  ) -> ArithmeticSetting {
    ArithmeticSetting(
      name: name, read: { $0[keyPath: path].map { .double($0) } ?? .null },
      write: { configuration, value in
        configuration[keyPath: path] = value.doubleValue
        return value == .null || value.doubleValue != nil
      })
  }

  private static func optionalChoice<Choice: RawRepresentable<String> & SendableMetatype>(
    _ name: String, _ path: WritableKeyPath<RunConfiguration, Choice?> & Sendable
  ) -> ArithmeticSetting {
    ArithmeticSetting(
      name: name, read: { $0[keyPath: path].map { .string($0.rawValue) } ?? .null },
      write: { configuration, value in
        configuration[keyPath: path] = value.stringValue.flatMap(Choice.init(rawValue:))
        return value == .null || configuration[keyPath: path] != nil
      })
  }

  private static func optionalChoices<Choice: RawRepresentable<String> & SendableMetatype>(
    _ name: String, _ path: WritableKeyPath<RunConfiguration, [Choice]?> & Sendable
  ) -> ArithmeticSetting {
    ArithmeticSetting(
      name: name, read: { $0[keyPath: path].map { .array($0.map { .string($0.rawValue) }) } ?? .null },
      write: { configuration, value in
        let choices = value.arrayValue?.map { $0.stringValue.flatMap(Choice.init(rawValue:)) }
        configuration[keyPath: path] = choices?.compactMap { $0 }
        return value == .null || choices?.contains { $0 == nil } == false
      })
  }

  private static func choice<Choice: RawRepresentable<String> & SendableMetatype>(
    _ name: String, _ path: WritableKeyPath<RunConfiguration, Choice> & Sendable
  ) -> ArithmeticSetting {
    ArithmeticSetting(
      name: name, read: { .string($0[keyPath: path].rawValue) },
      write: { configuration, value in
        guard let choice = value.stringValue.flatMap(Choice.init(rawValue:)) else { return false }
        configuration[keyPath: path] = choice
        return true
      })
  }
}
