# The steps of script/up that install and start things. Each is harmless to repeat.
# shellcheck shell=bash

# Certificates that the machine trusts, such as that of a proxy, count for Node.js and npm too.
export NODE_USE_SYSTEM_CA=1

# install_debian_packages [MORE]...
install_debian_packages() {
  local wanted=(ca-certificates curl erofs-utils git iproute2 kmod mmdebstrap nftables patch procps util-linux xz-utils "$@")
  local missing=()
  local package have
  command -v npm >/dev/null || wanted+=(nodejs npm)
  have=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true)
  for package in "${wanted[@]}"; do
    grep -qx "$package installed" <<<"$have" || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then
    unchanged cached
    return
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update || return
  apt-get install -y --no-install-recommends "${missing[@]}" || return
  note "${missing[*]}"
}

find_node() {
  "$lib/node.sh" >"$scratch/node-bin" 2>"$scratch/node-err" || { cat "$scratch/node-err" && return 1; }
  cat "$scratch/node-err"
  local version
  version=$("$(cat "$scratch/node-bin")/node" --version) || return
  if [[ -s $scratch/node-err ]]; then note "$version"; else unchanged "$version, cached"; fi
}

# Refuses wrong settings before the long steps.
check_settings() { node packages/cli/bin/nullspace.js config "${settings[@]}" && unchanged 'valid'; }

install_npm_packages() {
  local stamp=node_modules/.nullspace-stamp hash
  hash=$(cat package-lock.json package.json | sha256sum)
  if [[ -f node_modules/.package-lock.json && $(cat "$stamp" 2>/dev/null) == "$hash" ]]; then
    unchanged cached
    return
  fi
  # Two at once in one folder would take each other's files away.
  mkdir -p "$NULLSPACE_CACHE_DIR" && exec 8>"$NULLSPACE_CACHE_DIR/npm-ci.lock" && flock 8 || return
  [[ $(cat "$stamp" 2>/dev/null) == "$hash" ]] && return
  npm ci --no-audit --no-fund --loglevel=error || return
  echo "$hash" >"$stamp"
}

install_image() {
  local image digest
  image=$(cat "$scratch/images-base-build.artifact")
  digest=$(basename "$image" .erofs)
  if [[ -f $data_dir/host/images/$digest.erofs ]] && grep -q "\"$digest\"" "$data_dir/host/images/images.json"; then
    unchanged cached
    return
  fi
  node packages/host/bin/host.ts images add base "$image" "${settings[@]}"
}

start_services() {
  node packages/cli/bin/nullspace.js up --json "${settings[@]}" >"$scratch/up.json" || { cat "$scratch/up.json" && return 1; }
  local outcome
  outcome=$(sed -n 's/.*"outcome": "\(running\|started\|restarted\)".*/\1/p' "$scratch/up.json" | sort -u | paste -sd' ')
  if [[ $outcome == running ]]; then unchanged running; else note "$outcome"; fi
}

# Writes beside the file and renames, since a command may be running from it.
link_command() {
  local target="$bin_dir/nullspace" text
  text="#!/bin/sh
# Written by script/up.
exec '$(command -v node)' '$root/packages/cli/bin/nullspace.js' \"\$@\""
  if [[ $(cat "$target" 2>/dev/null) == "$text" ]]; then
    unchanged "$target, cached"
    return
  fi
  mkdir -p "$bin_dir" || return
  printf '%s\n' "$text" >"$target.new" && chmod 755 "$target.new" && mv "$target.new" "$target" || return
  note "$target"
}

first_sandbox() {
  node "$lib/first-sandbox.ts" "$scratch/up.json" "$data_dir/operator-key.json" >"$scratch/first-sandbox" || return
  unchanged "$(cat "$scratch/first-sandbox")"
}

install_python_environments() {
  local name
  for name in sdk published; do
    python/venv "$name" 2>"$scratch/python-err" || { cat "$scratch/python-err" && return 1; }
    [[ ! -s $scratch/python-err ]] || fresh=1
  done
  [[ -n ${fresh:-} ]] || note cached
}
