# Options of script/up: settings go to the services as they are; those that the steps need are looked at here.
# shellcheck shell=bash disable=SC2034

# Sets data_dir, port, address, settings and NULLSPACE_CACHE_DIR from flags, then environment, then file, then default.
read_options() {
  settings=("$@")
  refuse_unknown_flags "$@"
  data_dir=${NULLSPACE_DATA_DIR:-/var/lib/nullspace}
  port=${NULLSPACE_PORT:-} address=${NULLSPACE_LISTEN_ADDRESS:-127.0.0.1}
  while (($#)); do
    case $1 in
      --help | -h)
        sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$here/up"
        exit 0
        ;;
      --data-dir=*) data_dir=${1#*=} ;;
      --cache-dir=*) NULLSPACE_CACHE_DIR=${1#*=} ;;
      --port=*) port=${1#*=} ;;
      --listen-address=*) address=${1#*=} ;;
      --data-dir) shift && data_dir=${1:-} ;;
      --cache-dir) shift && NULLSPACE_CACHE_DIR=${1:-} ;;
      --port) shift && port=${1:-} ;;
      --listen-address) shift && address=${1:-} ;;
    esac
    shift || break
  done
  NULLSPACE_CACHE_DIR=${NULLSPACE_CACHE_DIR:-/var/cache/nullspace}
  export NULLSPACE_CACHE_DIR
  if [[ -z $port ]]; then
    port=$(sed -nE 's/.*"port": *"?([0-9]+).*/\1/p' "$data_dir/config.json" 2>/dev/null | head -1 || true)
    port=${port:-3000}
  fi
  bin_dir=${NULLSPACE_BIN_DIR:-/usr/local/bin}
}

# The schema of the settings names them; their values are checked when Node is there.
refuse_unknown_flags() {
  local word name
  for word in "$@"; do
    [[ $word == --* && $word != --help && $word != --config-file* ]] || continue
    name=${word%%=*} name=${name#--} name=${name//-/_}
    grep -q "^  $name:" "$root/packages/configuration/src/settings.ts" && continue
    echo "script/up: there is no setting --${name//_/-}; nothing was changed. All settings: docs/configuration.md" >&2
    exit 2
  done
}

# Runs every check before anything is changed, and names all that failed.
refuse_unfit_machine() {
  local found name status message fix
  if ! found=$("$lib/machine-checks" --data-dir "$data_dir" --cache-dir "$NULLSPACE_CACHE_DIR" \
    --port "$port" --listen-address "$address"); then
    echo 'Nullspace cannot be set up on this machine yet; nothing was changed.' >&2
    while IFS=$'\t' read -r name status message fix; do
      [[ $status != fail ]] || printf '\n  %s: %s.\n    %s\n' "$name" "$message" "$fix" >&2
    done <<<"$found"
    exit 1
  fi
  while IFS=$'\t' read -r name status message fix; do
    [[ $status != warn ]] || printf 'Note: %s: %s. %s\n' "$name" "$message" "$fix"
  done <<<"$found"
}
