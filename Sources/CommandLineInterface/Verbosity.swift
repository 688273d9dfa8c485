/// How much a command prints on rank 0 beside its results.
package enum Verbosity: Sendable {
  /// Warnings and errors.
  case quiet
  case normal
  /// Also what each rank does.
  case verbose
}

extension OptionSpecification {
  /// `-q` and `-v`, of which the last counts.
  package static func verbosity(_ property: WritableKeyPath<Target, Verbosity> & Sendable)
    -> [OptionSpecification]
  {
    [
      .flag("quiet", short: "q", property, stores: .quiet, .output, "Print warnings and errors only."),
      .flag("verbose", short: "v", property, stores: .verbose, .output, "Print details of every rank too."),
    ]
  }
}
