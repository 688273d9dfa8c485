import Testing
import Training

@Test func aDiscriminatorThatTellsAllApartIsSpokenOfOnce() {
  var watch = AdversarialWatch()
  func look(_ real: Double, _ fake: Double, _ step: Int) -> String? {
    watch.warning(realAccuracy: real, fakeAccuracy: fake, upTo: step)
  }
  #expect(look(1, 1, 50) == nil)
  #expect(look(0.995, 0.999, 150) == nil)
  #expect(look(1, 1, 200)?.contains("told all images apart for 200 steps") == true)
  #expect(look(1, 1, 1000) == nil)
  // After better times it is news again.
  #expect(look(0.9, 1, 1050) == nil)
  #expect(look(1, 1, 1200) == nil)
  #expect(look(1, 1, 1250)?.contains("for 200 steps") == true)
}

@Test func aDiscriminatorThatIsFooledAlwaysIsSpokenOfOnce() {
  var watch = AdversarialWatch(from: 1000)
  func look(_ real: Double, _ fake: Double, _ step: Int) -> String? {
    watch.warning(realAccuracy: real, fakeAccuracy: fake, upTo: step)
  }
  #expect(look(0.9, 0.001, 1100) == nil)
  #expect(look(0.9, 0, 1200)?.contains("taken all generated images for real ones for 200 steps") == true)
  #expect(look(0.9, 0, 1300) == nil)
  #expect(look(0.7, 0.6, 5000) == nil)
}

@Test func samplesThatCollapseAreSpokenOf() {
  var watch = AdversarialWatch()
  let even = [Double](repeating: 0.1, count: 10)
  #expect(watch.warnings(classShares: even, recall: 0.4) == [])
  #expect(watch.warnings(classShares: [], recall: nil) == [])
  var shares = even
  (shares[3], shares[7]) = (0.009, 0.191)
  #expect(
    watch.warnings(classShares: shares, recall: 0.4) == [
      "warning samples hardly show class 3 (0.9 %); each would have 10.0 % of them"
    ])
  // Said once while it lasts.
  shares[3] = 0.008
  #expect(watch.warnings(classShares: shares, recall: 0.4) == [])
  #expect(watch.warnings(classShares: even, recall: 0.4) == [])
  #expect(watch.warnings(classShares: shares, recall: 0.4).count == 1)
  shares = [0.9] + [Double](repeating: 0.012, count: 8) + [0.004]
  let warnings = watch.warnings(classShares: shares, recall: 0.002)
  #expect(warnings.count == 3)
  #expect(warnings[0] == "warning samples collapse: 90.0 % of them are of class 0")
  #expect(warnings[1].contains("hardly show class 9 (0.4 %)"))
  #expect(warnings[2].contains("they reach 0.2 % of those (recall)"))
}
