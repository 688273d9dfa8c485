import CommandLineInterface
import Testing

@Test(arguments: [
  ("", "", 0), ("batch", "batch", 0), ("epocs", "epochs", 1), ("epohcs", "epochs", 1), ("batchs", "batch", 1),
  ("bitch", "batch", 1), ("", "abc", 3), ("kitten", "sitting", 3),
])
func editDistanceCountsLetters(first: String, second: String, distance: Int) {
  #expect(editDistance(first, second) == distance)
  #expect(editDistance(second, first) == distance)
}

@Test func onlyNearWordsAreSuggested() {
  let names = ["--epochs", "--batch", "--latent", "--log-every"]
  #expect(suggestion(for: "--epocs", among: names) == "--epochs")
  #expect(suggestion(for: "--log-evry", among: names) == "--log-every")
  #expect(suggestion(for: "--frobnicate", among: names) == nil)
  #expect(suggestion(for: "x", among: []) == nil)
}
