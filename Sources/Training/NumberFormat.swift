// How numbers are written for people; files for tools have them in full.

/// `value` with a fixed number of decimals; "-" where it is not finite.
public func decimals(_ value: Double, _ places: Int) -> String {
  guard value.isFinite, abs(value) < 1e6 || places <= 6 && abs(value) < 1e12 else { return "-" }
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let scaled = Int((abs(value) * scale).rounded())
  let sign = value < 0 && scaled > 0 ? "-" : ""
  if places == 0 { return "\(sign)\(scaled)" }
  return "\(sign)\(scaled / Int(scale)).\(padded(scaled % Int(scale), places))"
}

/// `value` with six decimals, or as many more as it takes to show six digits that are not zero, at most twelve; below
/// 10^-9, where figures are rounding errors, zero.
func significantDecimals(_ value: Double) -> String {
  var places = 6
  var scaled = abs(value)
  while scaled < 0.1 && places < 12 && abs(value) >= 1e-9 {
    scaled *= 10
    places += 1
  }
  return decimals(value, places)
}

/// 51234 as 51,234.
public func grouped(_ value: Int) -> String {
  var digits = String(abs(value))
  var groups: [String] = []
  while digits.count > 3 {
    groups.insert(String(digits.suffix(3)), at: 0)
    digits.removeLast(3)
  }
  groups.insert(digits, at: 0)
  return (value < 0 ? "-" : "") + groups.joined(separator: ",")
}

/// 1 as "1 step", 2000 as "2,000 steps".
func counted(_ count: Int, _ unit: String) -> String {
  "\(grouped(count)) \(unit)\(count == 1 ? "" : "s")"
}

/// 75 seconds as 1:15, 4000 as 1:06:40.
public func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0 else { return "-" }
  let whole = Int(seconds.rounded())
  let (hours, minutes) = (whole / 3600, whole / 60 % 60)
  let tail = padded(whole % 60, 2)
  return hours > 0 ? "\(hours):\(padded(minutes, 2)):\(tail)" : "\(minutes):\(tail)"
}

/// A number with leading zeros.
func padded(_ number: Int, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// Text with leading spaces.
func rightAligned(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}
