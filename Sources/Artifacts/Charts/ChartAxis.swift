/// The range of an axis, whose ends are round numbers, and the ticks on it.
struct ChartAxis: Equatable {
  struct Tick: Equatable {
    let value: Double
    let text: String
  }

  let ticks: [Tick]

  var lower: Double { ticks.first!.value }
  var upper: Double { ticks.last!.value }

  /// The least range of round ends that holds `lower` and `upper`, with about `count` steps of 1, 2 or 5 times a power of
  /// ten.
  ///
  /// - Precondition: both are `isPlottable`, and `count` is positive.
  init(covering lower: Double, _ upper: Double, steps count: Int) {
    var (lower, upper) = (Swift.min(lower, upper), Swift.max(lower, upper))
    // Room around a single value; what differs by rounding alone counts as one.
    if upper - lower <= 1e-12 * Swift.max(abs(lower), abs(upper)) {
      let room = lower == 0 ? 1 : abs(lower) / 10
      lower -= lower == 0 ? 0 : room
      upper += room
    }
    let (digit, exponent) = Self.roundStep(atLeast: (upper - lower) / Double(count))
    let power = Self.powerOfTen(exponent)
    let step = Double(digit) * power
    // A bound that is a tick but for rounding is that tick.
    let first = Int((lower / step + 1e-9).rounded(.down))
    let last = Int((upper / step - 1e-9).rounded(.up))
    ticks = (first...Swift.max(last, first + 1)).map {
      Tick(value: Double($0 * digit) * power, text: Self.text($0 * digit, exponent: exponent))
    }
  }

  /// Where a value stands between the ends, 0 to 1.
  func fraction(_ value: Double) -> Double { (value - lower) / (upper - lower) }

  /// Whether an axis can show it: finite, and neither so large nor so small that a range overflows.
  static func isPlottable(_ value: Double) -> Bool {
    abs(value) < 1e100 && (value == 0 || abs(value) > 1e-100)
  }

  /// The least of 1, 2, 5, 10, … that reaches `width`, as a digit and a power of ten.
  private static func roundStep(atLeast width: Double) -> (digit: Int, exponent: Int) {
    var exponent = 0
    while powerOfTen(exponent) > width { exponent -= 1 }
    while powerOfTen(exponent + 1) <= width { exponent += 1 }
    let digits = width / powerOfTen(exponent)
    // Like 4.9999999 of 5.
    let digit = [1, 2, 5].first { digits <= Double($0) * (1 + 1e-9) }
    return digit.map { ($0, exponent) } ?? (1, exponent + 1)
  }

  private static func powerOfTen(_ exponent: Int) -> Double {
    Double("1e\(exponent)")!
  }

  /// `number` times that power of ten: all digits where they are few.
  private static func text(_ number: Int, exponent: Int) -> String {
    if number == 0 { return "0" }
    let (sign, digits) = (number < 0 ? "-" : "", String(abs(number)))
    if exponent < -6 || digits.count + exponent > 7 { return "\(sign)\(digits)e\(exponent)" }
    if exponent >= 0 { return sign + digits + String(repeating: "0", count: exponent) }
    let padded = String(repeating: "0", count: Swift.max(0, 1 - exponent - digits.count)) + digits
    return "\(sign)\(padded.dropLast(-exponent)).\(padded.suffix(-exponent))"
  }
}
