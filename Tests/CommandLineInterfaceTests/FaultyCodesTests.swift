import Artifacts
import TestSupport
import Testing

/// What makes a file of codes useless, with how the message about it goes on.
private let faultyCodes: [(name: String, content: [UInt8], message: String)] = [
  ("shape", npy([3, 5], [Float](repeating: 1, count: 15)), "has shape [3, 5]"),
  ("rank", npy([6], [Float](repeating: 1, count: 6)), "has shape [6]"),
  ("type", npy([1, 6], [Double](repeating: 1, count: 6)), "holds elements of type '<f8', not float32"),
  ("nan", npy([2, 6], [Float](repeating: 1, count: 9) + [.nan, 1, 1]), "holds nan at [1, 3]"),
  ("infinite", npy([1, 6], [-.infinity] + [Float](repeating: 1, count: 5)), "holds -inf at [0, 0]"),
  ("empty", npy([0, 6], [Float]()), "holds no codes"),
  ("cut", npy([1, 6], [Float](repeating: 1, count: 6)).dropLast(), "is not a readable .npy file"),
  ("text", Array("1,2,3,4,5,6\n".utf8), "is not a readable .npy file"),
]

private func npy<Element: TensorElement>(_ shape: [Int], _ elements: [Element]) -> [UInt8] {
  NumPyFile.serialized(TensorData(shape: shape, elements: elements))
}

@Test func faultyCodesAreRefusedInOneLine() throws {
  let run = try TrainedRun()
  try run.folder.write("images.npy", [1])
  for (name, content, message) in faultyCodes {
    try run.folder.write("\(name).npy", content)
    let result = run.run(["decode", "run", "--codes", "\(name).npy"])
    #expect(result.exitCode == 65 && result.standardOutput == "", "\(result)")
    #expect(result.standardError.hasPrefix("Error: \(name).npy \(message)"), "\(result)")
    #expect(result.standardError.split(separator: "\n").count { $0.hasPrefix("Error: ") } == 1)
  }
  #expect(run.run(["decode", "run", "--codes", "absent.npy"]).exitCode == 66)
  #expect(try run.bytes("images.npy") == [1])
}

@Test(arguments: [
  (["decode", "run", "--codes", "nan.npy"], 65), (["decode", "run", "--codes", "absent.npy"], 66),
  (["encode", "run", "--split", "validation"], 64), (["encode", "absent"], 66),
  (["reconstruct", "run", "--count", "231", "--out", "x.npy"], 64),
  (["sample", "run", "--out", "none/x.npy"], 73),
])
func allRanksLeaveWithTheFaultsCode(arguments: [String], code: Int) throws {
  let run = try TrainedRun()
  try run.folder.write("nan.npy", faultyCodes[3].content)
  let alone = run.run(arguments)
  #expect(Int(alone.exitCode) == code, "\(alone)")
  let shared = run.run(arguments, ranks: 4)
  #expect(Int(shared.exitCode) == code, "\(shared)")
  let messages = shared.standardError.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
  #expect(messages.count == 1 && alone.standardError.hasPrefix(messages[0] + "\n"), "\(shared)")
  #expect(try FileSystem.names(in: run.folder.path) == ["data", "nan.npy", "run"])
}

@Test func requestsBeyondWhatIsThereAreRefused() throws {
  let run = try TrainedRun()
  let tooMany = run.run(["reconstruct", "run", "--count", "231", "--out", "x.npy"])
  #expect(
    tooMany.standardError
      == "Error: --count 231 is more than the 230 images of --split test\nHelp:  name at most 230\n")
  let noPart = run.run(["encode", "run", "--split", "validation"])
  #expect(noPart.standardError.hasPrefix("Error: the run's data has no validation images\n"))
  let poster = run.run(["sample", "run", "--count", "400000", "--out", "x.png"])
  #expect(poster.exitCode == 64)
  #expect(poster.standardError.hasPrefix("Error: 400,000 images are too many for a picture"))
}
