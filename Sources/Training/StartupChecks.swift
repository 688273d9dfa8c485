import Artifacts
import Collectives
import Diagnostics
import Glibc

/// What has to be the same on every rank for the ranks to compute the same numbers.
struct MachineFacts: Sendable {
  /// SHA-256 of the program's file.
  let program: [UInt8]
  /// The processor's vector instruction sets, as the kernel lists them.
  let instructionSets: String
  let processor: String
  let system: String

  static func current() throws -> MachineFacts {
    let lines = (try? String(decoding: FileSystem.read("/proc/cpuinfo"), as: UTF8.self)) ?? ""
    func field(_ name: String) -> String {
      lines.split(separator: "\n").first { $0.hasPrefix(name) }?.split(separator: ":", maxSplits: 1).last
        .map { String($0.drop { $0 == " " }) } ?? ""
    }
    let flags = Set(field("flags").split(separator: " ").map(String.init))
    let known = ["sse4_2", "avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512vl", "avx512_bf16"]
    var names = utsname()
    uname(&names)
    let release = withUnsafeBytes(of: &names.release) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return MachineFacts(
      program: SHA256.digest(of: try FileSystem.read("/proc/self/exe")).bytes,
      instructionSets: known.filter(flags.contains).joined(separator: " "), processor: field("model name"),
      system: "Linux \(release)")
  }
}

/// Refuses to start where ranks would not compute the same numbers: `Failure` 70 that names the hosts that differ.
func requireEqualRanks(
  configuration: RunConfiguration, facts: MachineFacts, group: ProcessGroup
) throws {
  guard group.size > 1 else { return }
  try group.requireEqual(
    facts.program, what: "the program", help: "install the same build of atelier on every host")
  try group.requireEqual(
    Array(facts.instructionSets.utf8), what: "the processor's instruction sets",
    help: "start all ranks on hosts of one processor family")
  try group.requireEqual(
    Array((group.mpiLibraryVersion ?? "").utf8), what: "the MPI library's version",
    help: "install the same Open MPI on every host")
  try group.requireEqual(
    Array(configuration.arithmetic.compactText.utf8), what: "the configuration",
    help: "start every rank with the same options")
}
