public func runAtelier() {}
