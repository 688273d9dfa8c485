import Glibc
import RandomNumbers

/// Numbers to draw the settings of trials from: evenly spread, or evenly spread in their logarithm.
public struct SweepRange: Sendable, Equatable {
  public let low: Double
  public let high: Double
  public let isLogarithmic: Bool
  /// Whether only whole numbers are drawn, `low` and `high` among them.
  public let isInteger: Bool

  /// Digits of a drawn number that is not whole, so that it prints shortly.
  private static let significantDigits = 4

  /// - Precondition: `low` is less than `high`, and above 0 for logarithms.
  public init(low: Double, high: Double, isLogarithmic: Bool, isInteger: Bool) {
    precondition(low < high && (low > 0 || !isLogarithmic))
    self.low = low
    self.high = high
    self.isLogarithmic = isLogarithmic
    self.isInteger = isInteger
  }

  /// The number, as the command line has it, that stands at a share of the way, at least 0 and below 1.
  public func text(at share: Double) -> String {
    // Each whole number stands for the stretch up to the next.
    let end = isInteger ? high + 1 : high
    let number = isLogarithmic ? exp(log(low) + share * (log(end) - log(low))) : low + share * (end - low)
    if isInteger { return "\(Int(min(max(number.rounded(.down), low), high)))" }
    return "\(min(max(rounded(number), low), high))"
  }

  private func rounded(_ number: Double) -> Double {
    guard number != 0 else { return 0 }
    let exponent = Int(log10(abs(number)).rounded(.down)) - (Self.significantDigits - 1)
    let digits = Int((number * pow(10, Double(-exponent))).rounded())
    return Double("\(digits)e\(exponent)")!
  }
}

/// How far along its range the setting `name` of a trial is drawn: at least 0, below 1. It depends on the seed, the
/// trial's number and the name alone, so that neither more trials nor other settings change it.
public func drawnShare(seed: UInt32, trial: Int, name: String) -> Double {
  // FNV-1a.
  let lane = name.utf8.reduce(UInt32(0x811C_9DC5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
  let words = RandomKey(seed: seed, purpose: .search).words(step: 0, index: trial, lane: Int(lane))
  return Double((UInt64(words.x) << 32 | UInt64(words.y)) >> 11) * 0x1p-53
}
