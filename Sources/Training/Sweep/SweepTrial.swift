/// A setting in which the trials of a sweep differ, as the command line has it: `lr` and `0.001`.
public struct SweepSetting: Sendable, Equatable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  var text: String { "\(name)=\(value)" }
}

/// One of a sweep's runs.
public struct SweepTrial: Sendable {
  /// Its place among the sweep's trials, from 0.
  public let number: Int
  /// What tells it from the others, in the order that the sweep was asked for.
  public let settings: [SweepSetting]
  /// All that decides it; the sweep chooses its folder and whether it goes on from a checkpoint.
  public let configuration: RunConfiguration

  public init(number: Int, settings: [SweepSetting], configuration: RunConfiguration) {
    self.number = number
    self.settings = settings
    self.configuration = configuration
  }

  /// For people: "003 lr=0.001 latent=16".
  public var title: String {
    ([padded(number, 3)] + settings.map(\.text)).joined(separator: " ")
  }

  /// The name of its folder: "003-lr=0.001,latent=16", where unusual characters of values become dashes.
  var folderName: String {
    let texts = settings.map { setting in
      let value = setting.value.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" }
      return "\(setting.name)=\(String(value))"
    }
    // File systems allow 255 bytes; the number alone makes it unique.
    return String("\(padded(number, 3))-\(texts.joined(separator: ","))".prefix(120))
  }
}
