import CMPIShim
import Diagnostics
import Glibc

/// The processes that work on one command together: rank 0 to `size` - 1, one of them this process.
///
/// A group of one is a no-op in all it does and never starts MPI, so callers don't ask whether they are distributed.
/// Every collective is called by all ranks, in the same order. A group belongs to the main thread. An error of MPI
/// itself, which no rank can recover from, ends the whole job with exit code 76.
public final class ProcessGroup {
  public let rank: Int
  public let size: Int
  /// This process among those on its host, and how many they are.
  public let localRank: Int
  public let localSize: Int
  /// Cores (hardware threads) that the processes on this host may use together, by their affinity; at least 1.
  public private(set) var localCores: Int
  /// Name of the host of each rank.
  public private(set) var hostNames: [String]
  /// All processes of the job, of which a group may be a part, and which of them its rank 0 is.
  public let jobSize: Int
  public let firstJobRank: Int
  /// Name and version of the MPI library; nil in a group of one.
  public let mpiLibraryVersion: String?

  /// How `sumInPlace` adds between ranks.
  public var algorithm = ReductionAlgorithm.tree
  /// Seconds that one wait may take before the job is ended with exit code 76; 0 for no limit.
  public var hangTimeout = 60.0
  /// Called about once a second while this rank waits for others; calls no collective.
  public var whileWaiting: (() -> Void)?
  /// Seconds this process has spent inside collectives so far.
  public internal(set) var communicationSeconds = 0.0
  /// The part of them in which it waited for messages.
  public internal(set) var waitSeconds = 0.0

  /// What its messages travel in; of no use in a group of one that no launcher started.
  let communicator: cmpi_communicator
  /// Whether this group is a part of one whose processes outnumber their cores.
  private let isPartOfOversubscribed: Bool
  /// Shared memory for sums by parts, where there is any: one for each set of parameters.
  var windows: [SharedWindow] = []
  /// Messages posted and not yet complete.
  var messages: [Message] = []
  /// What the outermost collective under way is for.
  var phase = ""
  var collectiveDepth = 0
  var allowance = 0.0
  /// Where sums receive what their partner sends. Grows to the largest seen, so that a training step allocates nothing.
  var scratch = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  public var isRoot: Bool { rank == 0 }
  public var hostName: String { hostNames[rank] }
  /// True where the processes on this host outnumber its cores, so that waiting must leave the core to others.
  public var oversubscribed: Bool { isPartOfOversubscribed || localSize > localCores }

  /// The group that the launcher's environment asks for: all processes of an MPI job, or this one alone.
  ///
  /// Call it once. Throws `Failure` 64 where a launcher started several processes that MPI can't connect.
  public static func fromLauncher() throws -> ProcessGroup {
    let launcher = try Launcher.detect(environmentValue)
    guard case .mpi(let expected) = launcher else { return single() }

    var world = cmpi_communicator()
    var place = cmpi_place()
    let status = cmpi_init(&world, &place)
    if status != 0 { throw Failure(.failure, "MPI can't start: \(describeStatus(status))") }
    if place.size == 1 {
      _ = cmpi_finalize()
      if let expected, expected > 1 { throw Launcher.disconnected(expected) }
      return single()
    }
    return ProcessGroup(world, place)
  }

  /// A group of this process alone.
  public static func single() -> ProcessGroup {
    ProcessGroup(cmpi_communicator(), cmpi_place(rank: 0, size: 1, local_rank: 0, local_size: 1))
  }

  /// All processes of the job.
  private init(_ communicator: cmpi_communicator, _ place: cmpi_place) {
    self.communicator = communicator
    rank = Int(place.rank)
    size = Int(place.size)
    localRank = Int(place.local_rank)
    localSize = Int(place.local_size)
    jobSize = size
    firstJobRank = 0
    isPartOfOversubscribed = false
    let host = currentHostName()
    let cores = CoreSet.ofThisProcess()
    // Until the ranks have told their names and cores, be polite in waits and name only this host.
    hostNames = [String](repeating: "?", count: size)
    hostNames[rank] = host
    localCores = size == 1 ? max(cores.count, 1) : 1
    mpiLibraryVersion = size == 1 ? nil : libraryVersion()
    if size > 1 { meet(host: host, cores: cores) }
  }

  /// The part of a group that this process is in.
  init(
    part communicator: cmpi_communicator, _ place: cmpi_place, of group: ProcessGroup, firstRank: Int
  ) {
    self.communicator = communicator
    rank = Int(place.rank)
    size = Int(place.size)
    localRank = Int(place.local_rank)
    localSize = Int(place.local_size)
    jobSize = group.jobSize
    firstJobRank = group.firstJobRank + firstRank
    isPartOfOversubscribed = group.oversubscribed
    // The parts of a host's processes share its cores as the processes do.
    localCores = max(1, group.localCores * Int(place.local_size) / group.localSize)
    hostNames = Array(group.hostNames[firstRank..<firstRank + Int(place.size)])
    mpiLibraryVersion = group.mpiLibraryVersion
    algorithm = group.algorithm
    hangTimeout = group.hangTimeout
  }

  /// Learns every rank's host, and which cores the ranks on this host may use together: with a core bound to each rank,
  /// one rank's own affinity says little.
  private func meet(host: String, cores: CoreSet) {
    let cards = allGather(cores.bytes + Array(host.utf8), phase: "start")
    hostNames = cards.map { String(decoding: $0.dropFirst(cores.bytes.count), as: UTF8.self) }
    var union = cores
    for (peer, card) in cards.enumerated() where hostNames[peer] == host {
      union.formUnion(CoreSet(bytes: Array(card.prefix(cores.bytes.count))))
    }
    localCores = union.count > 0 ? union.count : max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1)
  }

  deinit {
    scratch.deallocate()
  }

  /// "rank 3 on node2", as messages name a rank: by its number in the whole job.
  public func name(ofRank rank: Int) -> String { "rank \(firstJobRank + rank) on \(hostNames[rank])" }
}

/// A variable of the environment.
func environmentValue(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

private func libraryVersion() -> String? {
  var text = [CChar](repeating: 0, count: 1024)
  return cmpi_library_version(&text, text.count) == 0 ? string(text) : nil
}

/// MPI's words for a status.
func describeStatus(_ status: Int32) -> String {
  var text = [CChar](repeating: 0, count: 512)
  return cmpi_error_string(status, &text, text.count) == 0 ? string(text) : "status \(status)"
}
