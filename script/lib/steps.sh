# Runs steps and shows how long each took. A step's output goes to a log, of which a failure shows the end.
# shellcheck shell=bash

scratch=$(mktemp -d)
chmod 755 "$scratch"
trap 'rm -rf "$scratch"' EXIT
began=$EPOCHREALTIME
cached=1

# A step calls one of these with what to show beside its name. "unchanged": it found its work done already.
note() { printf '%s' "$1" >"$scratch/note-$BASHPID"; }
unchanged() { note "$1" && touch "$scratch/unchanged-$BASHPID"; }

seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }

# step NAME COMMAND...: in a shell of its own, so that several can run at once.
step() {
  local name=$1 start=$EPOCHREALTIME pid
  shift
  announce "$name"
  run_step "$name" "$@" &
  pid=$!
  watch_step "$name" "$start" "$pid"
  finish_step "$name" "$start" "$pid"
}

# together NAME COMMAND NAME COMMAND...: build scripts side by side.
together() {
  local names=() pids=() index start=$EPOCHREALTIME
  while (($#)); do
    names+=("$1")
    run_step "$1" build_quietly "$2" &
    pids+=($!)
    shift 2
  done
  announce "${names[*]}"
  for index in "${!names[@]}"; do
    watch_step "${names[$index]}" "$start" "${pids[$index]}"
    finish_step "${names[$index]}" "$start" "${pids[$index]}"
  done
}

# Runs in a process of its own, which notes its seconds when it ends: steps side by side are waited for in turn.
run_step() {
  local log="$scratch/${1//[^a-z]/_}.log"
  # Filled in now: a trap at the exit no longer sees the locals of this function.
  # shellcheck disable=SC2064
  trap "seconds_since $EPOCHREALTIME >'$scratch/seconds-$BASHPID'" EXIT
  shift
  "$@" >"$log" 2>&1
}

# A build prints nothing on stderr when its artifact is in the cache.
build_quietly() {
  local name=${1//\//-}
  "$1" >"$scratch/$name.path" 2> >(tee "$scratch/$name.err" >&2)
  tail -1 "$scratch/$name.path" >"$scratch/$name.artifact"
  [[ -s $scratch/$name.err ]] || unchanged cached
}

announce() { [[ ! -t 1 ]] || printf '  … %s\r' "$1"; }

# On a terminal the time goes on while a step runs.
watch_step() {
  [[ -t 1 ]] || return 0
  while kill -0 "$3" 2>/dev/null; do
    printf '\r  … %-28s %6s s ' "$1" "$(seconds_since "$2")"
    sleep 0.2
  done
  printf '\r\033[K'
}

finish_step() {
  local name=$1 start=$2 pid=$3 log="$scratch/${1//[^a-z]/_}.log" code=0 found seconds
  wait "$pid" || code=$?
  seconds=$(cat "$scratch/seconds-$pid" 2>/dev/null || seconds_since "$start")
  found=$(cat "$scratch/note-$pid" 2>/dev/null || true)
  if ((code)); then
    printf '  ✗ %-28s %6s s\n\n' "$name" "$seconds"
    echo "$name failed. The end of its output:" >&2
    tail -20 "$log" | sed 's/^/    /' >&2
    mkdir -p "$NULLSPACE_CACHE_DIR/logs" && cp "$log" "$NULLSPACE_CACHE_DIR/logs/" &&
      echo "All of it is in $NULLSPACE_CACHE_DIR/logs/$(basename "$log"). Mend it and run script/up again." >&2
    exit 1
  fi
  [[ -e $scratch/unchanged-$pid ]] || cached=0
  printf '  ✓ %-28s %6s s%s\n' "$name" "$seconds" "${found:+  $found}"
}
