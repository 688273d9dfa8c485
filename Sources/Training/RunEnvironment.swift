import Artifacts
import Collectives
import Glibc
import ImageData

/// The entry of `environment.json` for one start of a run: all that may differ between starts without changing their
/// numbers.
func environmentEntry(
  version: String, group: ProcessGroup, threads: Int, facts: MachineFacts, data: LoadedSplits
) -> JSONValue {
  [
    "started": .string(currentTimestamp()), "version": .string(version), "ranks": .integer(group.size),
    "threads_per_rank": .integer(threads), "hosts": .array(group.hostNames.map { .string($0) }),
    "oversubscribed": .bool(group.oversubscribed), "processor": .string(facts.processor),
    "instruction_sets": .string(facts.instructionSets), "system": .string(facts.system),
    "mpi": group.mpiLibraryVersion.map { .string($0) } ?? .null,
    "program_sha256": .string(hexadecimal(facts.program)), "data": .string(data.splits.source.path),
    "data_sha256": .string(data.splits.contentHash.description), "data_copies": .integer(data.copies),
  ]
}

/// Appends an entry to the list in a file, which is made where it does not exist.
func appendToList(_ entry: JSONValue, file: String) throws {
  var entries: [JSONValue] = []
  if FileSystem.exists(file) {
    entries = try JSONValue(parsing: FileSystem.read(file), file: file).arrayValue ?? []
  }
  try writeDurably(file, Array(JSONValue.array(entries + [entry]).prettyText.utf8))
}

/// The resident memory of this process, in MiB.
func residentMebibytes() -> Double {
  guard let text = try? String(decoding: FileSystem.read("/proc/self/statm"), as: UTF8.self) else { return 0 }
  let fields = text.split(separator: " ")
  guard fields.count > 1, let pages = Double(fields[1]) else { return 0 }
  return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}

/// Now, in UTC, as in 2026-01-31T12:00:00Z.
private func currentTimestamp() -> String {
  var now = time(nil)
  var parts = tm()
  gmtime_r(&now, &parts)
  let date = "\(parts.tm_year + 1900)-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
  let clock =
    "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
  return "\(date)T\(clock)Z"
}
