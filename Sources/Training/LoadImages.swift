import Artifacts
import Collectives
import Diagnostics
import ImageData

/// Images in memory, and how the ranks hold them.
package struct LoadedImages {
  package var images: ImageCollection { copy.images }
  /// This rank's, for others to attach to.
  let copy: ImageCopy
  /// Copies of the images in memory, on all hosts together; known to rank 0.
  package let copies: Int
}

/// Loads images, one copy on each host: the first rank there reads them, the others attach to its memory and read for
/// themselves only where they can't. A collective call; all throw if one rank can't.
///
/// - Parameter prefetch: the same images, if this process has begun to read them.
package func loadImages(_ origin: ImageOrigin, group: ProcessGroup, prefetch: ImagePrefetch? = nil) throws
  -> LoadedImages
{
  // Reading may take long, from a disk or network that is slow.
  try group.allowing(seconds: 600) {
    let phase = "loading data"
    var copy: ImageCopy?
    var failure: Failure?
    func attempt(_ body: () throws -> ImageCopy) {
      do {
        copy = try body()
      } catch {
        failure = error as? Failure ?? Failure(.failure, "\(error)")
      }
    }

    let isFirstOnHost = group.localRank == 0
    if isFirstOnHost { attempt { try prefetch?.copy() ?? ImageCopy(reading: origin) } }
    try group.agree(failure, phase: phase)

    let cards = group.allGather(isFirstOnHost ? copy!.card : [], phase: phase)
    if !isFirstOnHost {
      // Hosts in containers may share a name without sharing memory: whether it can be had decides.
      copy =
        cards.indices.lazy.filter { group.hostNames[$0] == group.hostName && !cards[$0].isEmpty }
        .compactMap { ImageCopy(attachingTo: cards[$0]) }.first
    }
    let isPrivate = isFirstOnHost || copy == nil
    if copy == nil { attempt { try ImageCopy(reading: origin) } }
    try group.agree(failure, phase: phase)

    let copies = group.gather([isPrivate ? 1 : 0], phase: phase).reduce(0) { $0 + Int($1[0]) }
    try group.requireEqual(
      copy!.images.digest.bytes, what: "the data", help: "put the same files on every host")
    return LoadedImages(copy: copy!, copies: copies)
  }
}
