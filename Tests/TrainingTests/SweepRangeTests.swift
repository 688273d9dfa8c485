import Testing
import Training

@Test func wholeNumbersOfARangeAreEquallyLikely() {
  let range = SweepRange(low: 2, high: 5, isLogarithmic: false, isInteger: true)
  var counts: [String: Int] = [:]
  for step in 0..<400 { counts[range.text(at: Double(step) / 400), default: 0] += 1 }
  #expect(counts == ["2": 100, "3": 100, "4": 100, "5": 100])
  let widths = SweepRange(low: 2, high: 64, isLogarithmic: true, isInteger: true)
  #expect(widths.text(at: 0) == "2" && widths.text(at: 1 - 0x1p-53) == "64")
  // The logarithms of 2 to 65 in halves: sqrt(2 * 65) = 11.4.
  #expect(widths.text(at: 0.499) == "11" && widths.text(at: 0.501) == "11")
}

@Test func numbersOfARangeAreRoundedAndStayInIt() {
  let rates = SweepRange(low: 1e-4, high: 1e-2, isLogarithmic: true, isInteger: false)
  #expect(["0.0001", "0.001", "0.0003162"] == [0, 0.5, 0.25].map { rates.text(at: $0) })
  #expect(Double(rates.text(at: 1 - 0x1p-53)) == 1e-2)
  let shares = SweepRange(low: 0.99981, high: 0.99993, isLogarithmic: false, isInteger: false)
  for step in 0..<100 {
    let number = Double(shares.text(at: Double(step) / 100))!
    #expect(number >= 0.99981 && number <= 0.99993)
  }
  let wide = SweepRange(low: 0, high: 123_456, isLogarithmic: false, isInteger: false)
  #expect(wide.text(at: 0) == "0.0" && wide.text(at: 0.5) == "61730.0")
}

@Test func drawnSharesDependOnSeedTrialAndNameAlone() {
  let shares = (0..<2000).map { drawnShare(seed: 3, trial: $0, name: "lr") }
  #expect(shares.allSatisfy { $0 >= 0 && $0 < 1 } && Set(shares).count == 2000)
  #expect(abs(shares.reduce(0, +) / 2000 - 0.5) < 0.03)
  #expect(shares[7] != drawnShare(seed: 4, trial: 7, name: "lr"))
  #expect(shares[7] != drawnShare(seed: 3, trial: 7, name: "latent"))
  // Computed in Python from the definition of Philox and FNV-1a.
  #expect(drawnShare(seed: 0, trial: 0, name: "lr") == 0.3120190798742203)
}
