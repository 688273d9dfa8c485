# shellcheck shell=bash
# What the scripts in this folder share: messages in the program's own manner, the search for Swift, the number of
# cores. Source it first:
#
#     source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# shellcheck disable=SC2034 # read by the scripts
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
swift_needed=6.2

# fail CODE MESSAGE [REMEDY]: ends the script the way the program ends a command (Docs/operators.md has the codes).
fail() {
  printf 'Error: %s\n' "$2" >&2
  if [[ $# -gt 2 ]]; then printf 'Help:  %s\n' "$3" >&2; fi
  exit "$1"
}

# Prints the comment at the head of the calling script: what a reader sees there is what --help says.
show_help() {
  sed -n '2,/^$/ { s/^# \{0,1\}//; /^shellcheck /d; p }' "$0"
}

# Puts the Swift toolchain first on PATH, from where it usually lies if need be; false if there is none. Looks for
# `swiftc`, because OpenStack has a program named `swift` too.
find_swift() {
  local folder
  for folder in "$(dirname "$(command -v swiftc || echo /nowhere/swiftc)")" /opt/*/usr/bin \
    "$HOME/.local/share/swiftly/bin" /usr/libexec/swift/bin /usr/local/swift/usr/bin; do
    if [[ -x $folder/swiftc ]]; then
      PATH="$folder:$PATH"
      return 0
    fi
  done
  return 1
}

# Ends the script unless a Swift that can build this package is there.
require_swift() {
  local remedy="see https://www.swift.org/install/linux, e.g. unpack the release for this system into /usr/local/swift"
  find_swift || fail 1 "Swift $swift_needed or later is not installed (looked on PATH, in /opt, /usr/local/swift and swiftly's folder)" \
    "$remedy"
  local version
  version=$(swiftc --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p') || true
  [[ -n $version ]] || fail 1 "the Swift compiler does not start: $(swiftc --version 2>&1 | tail -n 1)" \
    "./launch/setup installs the libraries that it needs"
  [[ $(printf '%s\n' "$swift_needed" "$version" | sort -V | head -n 1) == "$swift_needed" ]] \
    || fail 1 "Swift $version is too old: $swift_needed or later is needed" "$remedy"
}

# Prints how many cores this process may use: physical cores, as Open MPI counts them, among the processors it is
# allowed on, and no more than a container's quota of processor time.
count_cores() {
  local cores quota period
  cores=$(lscpu -p=CPU,CORE,SOCKET 2>/dev/null | awk -F, \
    -v allowed="$(awk '/^Cpus_allowed_list/ { print $2 }' /proc/self/status)" '
      BEGIN {
        for (i = split(allowed, ranges, ","); i > 0; i--) {
          last = split(ranges[i], ends, "-")
          for (cpu = ends[1] + 0; cpu <= ends[last] + 0; cpu++) usable[cpu] = 1
        }
      }
      !/^#/ && ($1 in usable) && !(($2, $3) in seen) { seen[$2, $3] = 1; count++ }
      END { print count + 0 }')
  ((cores > 0)) || cores=$(nproc)
  if read -r quota period 2>/dev/null < /sys/fs/cgroup/cpu.max && [[ $quota != max ]]; then
    quota=$(((quota + period - 1) / period))
    ((quota >= cores)) || cores=$quota
  fi
  printf '%s\n' "$cores"
}
