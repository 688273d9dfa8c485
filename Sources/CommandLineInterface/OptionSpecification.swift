/// One entry of a command's table: what it is called, and how it fills a `Target`. Parsing, help, configuration files,
/// suggestions and completion all work from these entries, so that adding an option is adding one of them.
package struct OptionSpecification<Target>: Sendable {
  package let description: OptionDescription
  /// Stores the value that a text stands for; false where it stands for none.
  package let read: @Sendable (inout Target, String) -> Bool
  /// What to ask for after a text that stands for no value.
  package let expectation: String
  /// The value that `Target` holds, nil where it holds none.
  package let show: @Sendable (Target) -> TOMLValue?

  /// The same entry for a structure that holds a `Target`.
  package func lifted<Whole>(through part: WritableKeyPath<Whole, Target> & Sendable)
    -> OptionSpecification<Whole>
  {
    OptionSpecification<Whole>(
      description: description, read: { whole, text in read(&whole[keyPath: part], text) },
      expectation: expectation, show: { whole in show(whole[keyPath: part]) })
  }
}

// MARK: - Options with a value

extension OptionSpecification {
  /// `--name <value>`.
  package static func option<Value>(
    _ name: String, short: Character? = nil, _ value: String,
    _ property: WritableKeyPath<Target, Value> & Sendable, _ format: ValueFormat<Value>, _ group: OptionGroup,
    _ role: OptionDescription.Role, _ help: String
  ) -> OptionSpecification {
    OptionSpecification(
      description: OptionDescription(
        form: .value, name: name, shortName: short, valueName: value, group: group, help: help,
        kind: format.kind, completion: format.completion, role: role),
      read: { format.store($1, in: &$0[keyPath: property]) },
      expectation: format.expectation, show: { format.show($0[keyPath: property]) })
  }

  /// `--name <value>` for something that may be left open; `defaultText` says what then happens.
  package static func option<Value>(
    _ name: String, short: Character? = nil, _ value: String,
    _ property: WritableKeyPath<Target, Value?> & Sendable, _ format: ValueFormat<Value>,
    _ group: OptionGroup,
    _ role: OptionDescription.Role, _ help: String, defaultText: String? = nil
  ) -> OptionSpecification {
    OptionSpecification(
      description: OptionDescription(
        form: .value, name: name, shortName: short, valueName: value, group: group, help: help,
        defaultText: defaultText, kind: format.kind, completion: format.completion, role: role),
      read: { format.store($1, in: &$0[keyPath: property]) },
      expectation: format.expectation, show: { $0[keyPath: property].map(format.show) })
  }

  /// `--name <value>` that may be given several times, each adding to the list. Command line only.
  package static func repeated(
    _ name: String, _ value: String, _ property: WritableKeyPath<Target, [String]> & Sendable,
    _ format: ValueFormat<String>, _ group: OptionGroup, _ help: String
  ) -> OptionSpecification {
    OptionSpecification(
      description: OptionDescription(
        form: .value, name: name, valueName: value, group: group, help: help, kind: format.kind,
        completion: format.completion),
      read: { target, text in
        guard let value = format.read(text) else { return false }
        target[keyPath: property].append(value)
        return true
      },
      expectation: format.expectation, show: { _ in nil })
  }
}

// MARK: - Flags and arguments

extension OptionSpecification {
  /// `--name` and `--no-name`.
  package static func flag(
    _ name: String, short: Character? = nil, _ property: WritableKeyPath<Target, Bool> & Sendable,
    _ group: OptionGroup, _ role: OptionDescription.Role, _ help: String
  ) -> OptionSpecification {
    OptionSpecification(
      description: OptionDescription(
        form: .flag(isNegatable: true), name: name, shortName: short, group: group, help: help, role: role),
      read: { target, text in
        guard let value = Bool(text) else { return false }
        target[keyPath: property] = value
        return true
      },
      expectation: "true or false", show: { .boolean($0[keyPath: property]) })
  }

  /// `--name`, which stores `value`; several such flags may choose between the values of one property. Command line
  /// only.
  package static func flag<Value: Sendable>(
    _ name: String, short: Character? = nil, _ property: WritableKeyPath<Target, Value> & Sendable,
    stores value: Value, _ group: OptionGroup, _ help: String
  ) -> OptionSpecification {
    OptionSpecification(
      description: OptionDescription(
        form: .flag(isNegatable: false), name: name, shortName: short, group: group, help: help),
      read: { target, _ in
        target[keyPath: property] = value
        return true
      },
      expectation: "no value", show: { _ in nil })
  }

  /// `<name>`, by position; a configuration file may hold it too unless its role is `invocation`.
  package static func argument<Value>(
    _ name: String, _ property: WritableKeyPath<Target, Value> & Sendable, _ format: ValueFormat<Value>,
    _ role: OptionDescription.Role, isRequired: Bool = true, _ help: String
  ) -> OptionSpecification {
    OptionSpecification(
      description: OptionDescription(
        form: .argument(isRequired: isRequired), name: name, valueName: name, group: .arguments, help: help,
        kind: format.kind, completion: format.completion, role: role),
      read: { format.store($1, in: &$0[keyPath: property]) },
      expectation: format.expectation, show: { format.show($0[keyPath: property]) })
  }

  /// `<name> ...`, one or more words by position, after all other arguments. Command line only.
  package static func arguments(
    _ name: String, _ property: WritableKeyPath<Target, [String]> & Sendable, _ format: ValueFormat<String>,
    _ help: String
  ) -> OptionSpecification {
    OptionSpecification(
      description: OptionDescription(
        form: .argument(isRequired: true), name: name, valueName: name, group: .arguments, help: help,
        kind: format.kind, completion: format.completion, isRepeated: true),
      read: { target, text in
        guard let value = format.read(text) else { return false }
        target[keyPath: property].append(value)
        return true
      },
      expectation: format.expectation, show: { _ in nil })
  }
}
