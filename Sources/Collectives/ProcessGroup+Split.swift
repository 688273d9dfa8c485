import CMPIShim

extension ProcessGroup {
  /// Cuts the group into `groupCount` groups of equally many neighbouring ranks that then work side by side, and gives the
  /// one that this process is in. A collective call.
  ///
  /// Messages, sums and agreements of a part concern its own ranks only; it has its fair share of the cores of each host.
  /// Collectives of the whole group go on working, called by all its ranks. A fault that ends a part's waits, or its
  /// `abort`, ends the whole job.
  ///
  /// - Precondition: `groupCount` divides the group's size.
  public func split(into groupCount: Int) -> ProcessGroup {
    precondition(
      groupCount > 0 && size % groupCount == 0, "\(size) ranks can't make \(groupCount) equal groups")
    let partSize = size / groupCount
    guard size > 1 else {
      return ProcessGroup(
        part: communicator, cmpi_place(rank: 0, size: 1, local_rank: 0, local_size: 1), of: self, firstRank: 0
      )
    }
    // Who is late is waited for here, where the wait is polite and watched.
    barrier(phase: "splitting the ranks")
    return collective("splitting the ranks") {
      var part = cmpi_communicator()
      var place = cmpi_place()
      check(cmpi_split(communicator, Int32(rank / partSize), &part, &place), "MPI_Comm_split")
      return ProcessGroup(part: part, place, of: self, firstRank: rank / partSize * partSize)
    }
  }
}
