import Foundation
import Testing

/// Runs the built program with those variables added to the environment.
private func runExecutable(_ words: [String], environment: [String: String]) throws -> (
  code: Int32, output: String, error: String
) {
  // The tests' own executable stands beside the program.
  let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  var folder = URL(fileURLWithPath: tests).deletingLastPathComponent()
  while folder.path != "/",
    !FileManager.default.isExecutableFile(atPath: folder.appending(path: "atelier").path)
  {
    folder.deleteLastPathComponent()
  }
  let process = Process()
  let (output, error) = (Pipe(), Pipe())
  process.executableURL = folder.appending(path: "atelier")
  process.arguments = words
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  process.standardOutput = output
  process.standardError = error
  try process.run()
  // Both are shorter than a pipe's buffer, so one may be read after the other.
  let outputData = output.fileHandleForReading.readDataToEndOfFile()
  let errorData = error.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (
    process.terminationStatus, String(decoding: outputData, as: UTF8.self),
    String(decoding: errorData, as: UTF8.self)
  )
}

@Test func allRanksLeaveAlikeAndRankZeroAloneSpeaks() throws {
  for rank in 0..<4 {
    let environment = ["OMPI_COMM_WORLD_RANK": "\(rank)", "OMPI_COMM_WORLD_SIZE": "4"]
    let faulty = try runExecutable(["train", "dense-ae", "--batch", "0"], environment: environment)
    #expect(faulty.code == 64 && faulty.output == "")
    #expect(faulty.error.hasPrefix("Error: The value '0' is invalid for '--batch <n>'.") == (rank == 0))
    #expect(faulty.error.isEmpty == (rank > 0))
    let dryRun = try runExecutable(["train", "dense-ae", "--dry-run"], environment: environment)
    #expect(dryRun.code == 0 && dryRun.error == "")
    #expect(dryRun.output.hasPrefix("# Repeat this run") == (rank == 0))
    #expect(dryRun.output.isEmpty == (rank > 0))
  }
}
