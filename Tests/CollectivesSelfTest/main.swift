// Checks of the collectives that need several processes. CollectivesTests runs this under mpirun; by hand:
//
//     mpirun -n 4 --oversubscribe .build/release/collectives-selftest sums
//     mpirun -n 2 .build/release/collectives-selftest timing 900000 200

import Collectives
import Diagnostics
import Glibc

let arguments = Array(CommandLine.arguments.dropFirst())

func argument(_ index: Int, default value: Int) -> Int {
  arguments.count > index ? Int(arguments[index]) ?? value : value
}

func printError(_ failure: Failure) {
  let text = "Error: \(failure.message)\n"
  _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
}

do {
  let group = try ProcessGroup.fromLauncher()
  do {
    switch arguments.first {
    case "place": try reportPlace(group)
    case "sums": checkSums(group, ownership: Ownership(rawValue: arguments.dropFirst().first ?? "blocks")!)
    case "window":
      let way = checkWindow(group)
      if group.isRoot { print(way) }
    case "split": try checkSplit(group)
    case "part": checkPartFault(group, hangs: arguments.dropFirst().first == "hang")
    case "calls": checkCallsWhileWaiting(group)
    case "exchange": checkExchange(group)
    case "agree":
      try group.agree(
        group.rank == argument(1, default: 0)
          ? Failure(.badData, "file is cut short", help: "copy it again") : nil)
    case "decide": try checkDecision(group, fails: arguments.dropFirst().first == "fail")
    case "differ": try checkDigests(group, odd: argument(1, default: 0))
    case "shards": try group.requirePowerOfTwo(shards: argument(1, default: 16))
    case "abort":
      if group.rank == argument(1, default: 0) {
        group.abort(Failure(.inputOutput, "disk is full"), phase: "writing")
      }
      group.barrier()
    case "hang": hang(group, rank: argument(1, default: 0), allowance: argument(2, default: 0))
    case "kill": killInsideSum(group, rank: argument(1, default: 0))
    case "idle": reportIdleCost(group)
    case "timing":
      reportTiming(group, byteCount: argument(1, default: 900_000), repeats: argument(2, default: 200))
    case "large": checkLargeMessage(group, byteCount: argument(1, default: 2_200_000_001))
    default: throw Failure(.usage, "unknown check \(arguments)")
    }
    exit(group.exitAll(.success))
  } catch let failure as Failure {
    if group.isRoot { printError(failure) }
    exit(group.exitAll(failure.code))
  }
} catch let failure as Failure {
  printError(failure)
  exit(failure.code.rawValue)
}
