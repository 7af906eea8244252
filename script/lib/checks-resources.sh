# Checks of the port, the memory and the disk. Read by machine-checks.
# shellcheck shell=bash

check_port() {
  local holder own
  if [[ $port == 0 ]]; then
    say port pass 'the system chooses the port'
  elif ! is_listening; then
    say port pass "port $port is free"
  else
    own=$(sed -n 's/.*"pid": \([0-9]*\).*/\1/p' "$data_dir/run/server.pid.json" 2>/dev/null)
    holder=$(ss -Hltnp "sport = :$port" 2>/dev/null | sed -nE 's/.*users:\(\(("[^"]*",pid=[0-9]+).*/\1/p' | head -1)
    if [[ -n $own && $holder == *"pid=$own" ]]; then
      say port pass "port $port is held by this server"
    else
      holder=${holder//\"/}
      say port fail "port $port of $address is taken${holder:+ by ${holder/,pid=/, process }}" \
        'End that program, or choose another port: --port 3100'
    fi
  fi
}

is_listening() {
  local target=$address
  [[ $target == 0.0.0.0 ]] && target=127.0.0.1
  [[ $target == :: ]] && target=::1
  (exec 3<>"/dev/tcp/$target/$port") 2>/dev/null
}

check_memory() {
  local mib
  mib=$(($(sed -nE 's/^MemTotal: +([0-9]+) kB/\1/p' "${NULLSPACE_MEMINFO:-/proc/meminfo}") / 1024))
  if ((mib >= 1800)); then
    say memory pass "$mib MiB"
  else
    say memory warn "$mib MiB is little; building gVisor takes about 2 GiB" 'Use a machine with 2 GiB or more.'
  fi
}

# Building needs far more room than running what is built.
check_disk() {
  local needed=5120 folder free
  compgen -G "$cache_dir/images/base/*.erofs" >/dev/null && needed=1024
  for folder in "$data_dir" "$cache_dir"; do
    while [[ ! -d $folder ]]; do folder=$(dirname "$folder"); done
    free=$(df --output=avail -BM "$folder" | tail -1 | tr -dc 0-9)
    if ((free < needed)); then
      say disk fail "$folder has $free MiB free; $needed MiB are needed" \
        'Make room, or name other folders with --data-dir and --cache-dir.'
      return
    fi
  done
  say disk pass "$free MiB free"
}
