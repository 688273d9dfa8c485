/// Calls `body(offset, width)` for every vector of `count` elements, shared over the team: width is 8, less for the last.
///
/// For elementwise kernels over several arrays, whose bits then depend neither on the team nor on where an element stands.
@inline(__always)
func forEachVector(_ count: Int, team: ThreadTeam, _ body: (_ offset: Int, _ width: Int) -> Void) {
  team.forEachRange(count, granule: 64) { range in
    let whole = range.upperBound & ~7
    var offset = range.lowerBound
    while offset < whole {
      body(offset, 8)
      offset &+= 8
    }
    if offset < range.upperBound { body(offset, range.upperBound - offset) }
  }
}
