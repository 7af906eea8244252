# What script/up says at the end.
# shellcheck shell=bash

say_goodbye() {
  local url client outcome
  url=$(sed -n 's/^  "url": "\(.*\)".*/\1/p' "$scratch/up.json")
  client=$(sed -n 's/.*"file": "\(.*\)".*/\1/p' "$scratch/up.json")
  outcome=$(sed -n 's/.*"outcome": "\(written\|kept\|other\)".*/\1/p' "$scratch/up.json")
  echo
  if ((cached)); then
    echo "Everything was there already; checked in $(seconds_since "$began") s."
  else
    echo "Done in $(seconds_since "$began") s."
  fi
  echo "The API is at $url, its first key in $client."
  if [[ $outcome == other ]]; then
    echo "That file is for another server and was left as it is. For this one:"
    echo "  export NULLSPACE_API_URL=$url NULLSPACE_API_KEY=\$(nullspace keys create --data-dir $data_dir)"
  fi
  if [[ ${SUDO_USER:-root} != root ]]; then
    echo "For your own account: nullspace auth login --api-url $url, with a key of: sudo nullspace keys create"
  fi
  cat <<END

Command line
  nullspace sandbox create
  nullspace sandbox exec <id> --shell 'uname -a; nproc'

TypeScript
  $(node_path_line)npm install $root/packages/sdk
  cat > first.mts <<'TS'
import { Sandbox } from 'nullspace';
await using sandbox = await Sandbox.create({ template: 'base' });
console.log((await sandbox.commands.run('echo ready', { shell: true })).stdout);
TS
  node first.mts

Python
  python3 -m venv venv && venv/bin/pip install $root/python
  cat > first.py <<'PY'
from nullspace import Sandbox
with Sandbox.create(template="base") as sandbox:
    print(sandbox.commands.run("echo ready", shell=True).stdout)
PY
  venv/bin/python first.py

Check everything: nullspace doctor      Stop everything: nullspace stop
More: $root/README.md and $root/docs
END
}

# The SDK's source is TypeScript, which Node.js runs from version 24 on.
node_path_line() {
  local bin
  bin=$(dirname "$(command -v node)")
  [[ $bin != "$NULLSPACE_CACHE_DIR"/* ]] || printf 'export PATH=%s:$PATH\n  ' "$bin"
}
