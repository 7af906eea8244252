# Checks of the account, the distribution and the tools. Read by machine-checks.
# shellcheck shell=bash

check_root() {
  if ((EUID == 0)); then
    say root pass 'running as root'
  else
    say root fail "running as $(id -un), but packages, network namespaces and mounts need root" \
      'Run it as root, for example with sudo.'
  fi
}

check_distribution() {
  local ID='' VERSION_ID='' PRETTY_NAME='an unknown system' release=${NULLSPACE_OS_RELEASE:-/etc/os-release}
  # shellcheck disable=SC1090
  [[ -r $release ]] && source "$release"
  if ! command -v apt-get >/dev/null; then
    say distribution fail "$PRETTY_NAME has no apt-get" 'Use Debian 12 or later.'
  elif [[ $ID == debian ]] && at_least "${VERSION_ID:-99}" 12; then
    say distribution pass "$PRETTY_NAME"
  elif [[ $ID == debian ]]; then
    say distribution fail "$PRETTY_NAME is older than Debian 12" 'Upgrade to Debian 12 or later.'
  elif [[ $ID == ubuntu ]] && at_least "${VERSION_ID:-0}" 24.04; then
    say distribution warn "$PRETTY_NAME has what is needed but is not tested" 'Debian 12 is.'
  else
    say distribution fail "$PRETTY_NAME is not supported" 'Use Debian 12 or later.'
  fi
}

check_architecture() {
  local machine
  machine=$(uname -m)
  case $machine in
    x86_64 | aarch64) say architecture pass "$machine" ;;
    *) say architecture fail "gVisor does not run on $machine" 'Use a machine with x86_64 or arm64.' ;;
  esac
}

check_go() {
  local go version needed folder=${NULLSPACE_GO_ROOT:-/usr/local/go}
  needed=$(sed -n 's/^go //p' "$here/../../engine/go.mod" "$here/../../guest/go.mod" | sort -V | tail -1)
  go=$(command -v go || true)
  [[ -n $go || ! -x $folder/bin/go ]] || go=$folder/bin/go
  if [[ -z $go ]]; then
    say go fail "Go is missing; it builds gVisor and the guest agent" \
      "Install Go $needed or later from https://go.dev/dl/ into $folder."
    return
  fi
  version=$(GOTOOLCHAIN=local "$go" env GOVERSION 2>/dev/null)
  version=${version#go}
  if at_least "$version" "$needed"; then
    say go pass "Go $version"
  else
    say go fail "Go $version is older than $needed" \
      "Install Go $needed or later from https://go.dev/dl/ into $folder."
  fi
}

check_python() {
  local version
  version=$(python3 -c 'import platform; print(platform.python_version())' 2>/dev/null)
  if [[ -z $version ]]; then
    say python fail 'python3 is missing; the Python SDK and its examples need it' 'apt-get install python3 python3-venv'
  elif at_least "$version" 3.10; then
    say python pass "Python $version"
  else
    say python fail "Python $version is older than 3.10" 'Put a newer python3 first on the PATH.'
  fi
}

check_node() {
  local version
  version=$(node --version 2>/dev/null)
  version=${version#v}
  if [[ -n $version ]] && at_least "$version" 24; then
    say node pass "Node.js $version"
  elif command -v npm >/dev/null; then
    say node pass "Node.js ${version:-is missing, npm is there}; Node.js 24 is taken from npm"
  elif command -v apt-get >/dev/null; then
    say node pass 'npm is missing; it is installed from Debian, and Node.js 24 from npm'
  else
    say node fail 'Node.js and npm are missing' 'Install Node.js 24 or later with npm from https://nodejs.org/.'
  fi
}
