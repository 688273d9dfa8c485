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
    let processor = ProcessorDescription()
    var names = utsname()
    uname(&names)
    let release = withUnsafeBytes(of: &names.release) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return MachineFacts(
      program: try programDigest().bytes, instructionSets: processor.instructionSets,
      processor: processor.name, system: "Linux \(release)")
  }

  /// What the bits of an evaluation may depend on beside its input and the linear algebra library.
  static func evaluationEnvironment() throws -> String {
    let processor = ProcessorDescription()
    return "\(try programDigest()) on \(processor.name), \(processor.instructionSets)"
  }

  private static func programDigest() throws -> SHA256Digest {
    SHA256.digest(of: try FileSystem.read("/proc/self/exe"))
  }
}

/// The first processor, as the kernel describes it.
private struct ProcessorDescription {
  let name: String
  /// Those vector instruction sets that arithmetic may depend on.
  let instructionSets: String

  init() {
    let lines = (try? String(decoding: FileSystem.read("/proc/cpuinfo"), as: UTF8.self)) ?? ""
    func field(_ name: String) -> String {
      lines.split(separator: "\n").first { $0.hasPrefix(name) }?.split(separator: ":", maxSplits: 1).last
        .map { String($0.drop { $0 == " " }) } ?? ""
    }
    let flags = Set(field("flags").split(separator: " ").map(String.init))
    let known = ["sse4_2", "avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512vl", "avx512_bf16"]
    instructionSets = known.filter(flags.contains).joined(separator: " ")
    name = field("model name")
  }
}

/// Refuses to start where ranks would not compute the same numbers: `Failure` 70 that names the hosts that differ.
func requireEqualRanks(
  configuration: RunConfiguration, facts: MachineFacts, group: ProcessGroup
) throws {
  guard group.size > 1 else { return }
  try requireEqualMachines(facts, group: group)
  try group.requireEqual(
    Array(configuration.arithmetic.compactText.utf8), what: "the configuration",
    help: "start every rank with the same options")
}

/// Refuses to go on where ranks run other programs or on other kinds of processors: `Failure` 70 that names the hosts that
/// differ.
func requireEqualMachines(_ facts: MachineFacts, group: ProcessGroup) throws {
  guard group.size > 1 else { return }
  try group.requireEqual(
    facts.program, what: "the program", help: "install the same build of atelier on every host")
  try group.requireEqual(
    Array(facts.instructionSets.utf8), what: "the processor's instruction sets",
    help: "start all ranks on hosts of one processor family")
  try group.requireEqual(
    Array((group.mpiLibraryVersion ?? "").utf8), what: "the MPI library's version",
    help: "install the same Open MPI on every host")
}
