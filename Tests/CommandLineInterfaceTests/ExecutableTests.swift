import Foundation
import Testing

/// The program, which stands beside the tests' own executable or above it.
private func programURL() throws -> URL {
  let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  var folder = URL(fileURLWithPath: tests).deletingLastPathComponent()
  while folder.path != "/",
    !FileManager.default.isExecutableFile(atPath: folder.appending(path: "atelier").path)
  {
    folder.deleteLastPathComponent()
  }
  return folder.appending(path: "atelier")
}

/// Runs an executable with those variables added to the environment.
private func run(_ executable: URL, _ words: [String], environment: [String: String]) throws -> (
  code: Int32, output: String, error: String
) {
  let process = Process()
  let (output, error) = (Pipe(), Pipe())
  process.executableURL = executable
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

/// Runs the program as one rank of a job.
private func runExecutable(_ words: [String], environment: [String: String]) throws -> (
  code: Int32, output: String, error: String
) {
  try run(programURL(), words, environment: environment)
}

@Test func allRanksLeaveAlikeAndRankZeroAloneSpeaks() throws {
  for rank in 0..<2 {
    let environment = ["OMPI_COMM_WORLD_RANK": "\(rank)", "OMPI_COMM_WORLD_SIZE": "2"]
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

@Test func aFaultOfOneRankAloneIsSaidWithItsRank() throws {
  let result = try runExecutable(
    ["train", "dense-ae", "--config", "/nonexistent/c.toml"], environment: ["OMPI_COMM_WORLD_RANK": "3"])
  #expect(result.code == 66)
  #expect(result.error.hasPrefix("Rank 3 on "))
  #expect(
    result.error.hasSuffix(
      ": Error: Can't open the configuration file '/nonexistent/c.toml': "
        + "No such file or directory\n"))
}

/// Without the wait of the other ranks, the launcher would end rank 0 before it has said anything.
@Test func aLateRankZeroStillSpeaks() throws {
  let script = """
    [ "$OMPI_COMM_WORLD_RANK" = 0 ] && sleep 0.5
    exec "$0" "$@"
    """
  let program = try programURL().path
  let result = try run(
    URL(fileURLWithPath: "/usr/bin/mpirun"),
    ["--oversubscribe", "-n", "4", "/bin/sh", "-c", script, program, "train", "dense-ae", "--batch", "0"],
    environment: ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"])
  #expect(result.code == 64)
  #expect(result.error.components(separatedBy: "Error: The value '0' is invalid").count == 2)
}
