# Checks of the kernel: what gVisor and the network of sandboxes need. Read by machine-checks.
# shellcheck shell=bash

check_kernel() {
  local release
  release=$(uname -r)
  if [[ $(uname -s) == Linux ]] && at_least "${release%%-*}" 4.15; then
    say kernel pass "Linux $release"
  else
    say kernel fail "$(uname -s) $release cannot run gVisor" 'Use Linux 4.15 or later.'
  fi
}

check_seccomp() {
  local file=${NULLSPACE_SECCOMP_ACTIONS:-/proc/sys/kernel/seccomp/actions_avail}
  if [[ -r $file && " $(<"$file") " == *' trap '* ]]; then
    say seccomp pass 'the kernel has seccomp filters'
  else
    say seccomp fail 'the kernel has no seccomp filters, on which gVisor stands' \
      'Use a kernel with CONFIG_SECCOMP_FILTER; every Debian kernel has it.'
  fi
}

check_namespaces() {
  if ((EUID)); then
    say namespaces warn 'whether namespaces can be made is known to root only' 'Run it as root.'
  elif ! unshare --user true 2>/dev/null; then
    say namespaces fail 'user namespaces cannot be made, which gVisor uses for its file server' \
      'Allow them (sysctl user.max_user_namespaces=15000), and do not work in a chroot.'
  elif unshare --mount --net --pid --ipc --uts --fork true 2>/dev/null; then
    say namespaces pass 'user, mount, network and process namespaces can be made'
  else
    say namespaces fail 'root cannot make namespaces here, as in a container without privileges' \
      'Use a whole machine or a virtual one, or a container with all privileges.'
  fi
}

check_cgroups() {
  local root=${NULLSPACE_CGROUP_ROOT:-/sys/fs/cgroup} have missing='' name
  if [[ -r $root/cgroup.controllers ]]; then
    have=" $(<"$root/cgroup.controllers") "
  else
    have=" $(cd "$root" 2>/dev/null && for name in */; do printf '%s ' "${name%/}"; done) "
  fi
  for name in cpu memory pids; do
    [[ $have == *" $name "* || $have == *",$name "* || $have == *" $name,"* ]] || missing+=" $name"
  done
  if [[ -n $missing ]]; then
    say cgroups fail "no cgroup controller for:$missing; sandboxes could not be limited" \
      "Mount cgroups (mount -t cgroup2 none $root) with the controllers cpu, memory and pids."
  else
    say cgroups pass "cgroup version $([[ -r $root/cgroup.controllers ]] && echo 2 || echo 1)"
  fi
}

check_forwarding() {
  local file=${NULLSPACE_IP_FORWARD:-/proc/sys/net/ipv4/ip_forward}
  if ((EUID)) || [[ -w $file ]]; then
    say forwarding pass 'packets of sandboxes can be forwarded'
  else
    say forwarding fail "$file cannot be written, so sandboxes would have no network" \
      'Use a machine whose /proc/sys is writable for root; in a container, one with all privileges.'
  fi
}

# Tried in a network namespace that is gone afterwards. Without it everything works but limits of bandwidth.
check_bandwidth() {
  local tc=${NULLSPACE_TC:-tc}
  if ! command -v "$tc" >/dev/null; then
    say bandwidth warn 'tc is missing; bandwidth of sandboxes cannot be limited' 'apt-get install iproute2'
  elif ((EUID)); then
    say bandwidth pass 'limits of bandwidth are not tried without root'
  elif unshare --net "$tc" -batch - >/dev/null 2>&1 <<'END'; then
qdisc add dev lo root handle 1: htb default 10
filter add dev lo parent 1: protocol ip pref 1 u32 match ip src 127.0.0.1/32 flowid 1:0
class add dev lo parent 1: classid 1:10 htb rate 1mbit quantum 1514
qdisc add dev lo parent 1:10 handle 10: tbf rate 4000gbit burst 1600 limit 12112
END
    say bandwidth pass 'bandwidth of sandboxes can be limited'
  else
    say bandwidth warn 'the kernel cannot limit the bandwidth of sandboxes' \
      'Use a kernel with CONFIG_NET_SCH_HTB, CONFIG_NET_SCH_TBF and CONFIG_NET_CLS_U32.'
  fi
}

# Tasks of gVisor or nft that hang in the kernel for good mean that every further one will hang too.
check_hung_tasks() {
  local first second hung
  first=$(hung_tasks)
  if [[ -n $first ]]; then
    sleep 0.3
    second=$(hung_tasks)
    hung=$(comm -12 <(echo "$first") <(echo "$second") | grep -c .)
    if ((hung >= 8)); then
      say hung_tasks fail "$hung tasks of runsc or nft hang in the kernel; new sandboxes would hang as well" \
        'Restart the machine.'
      return
    fi
  fi
  say hung_tasks pass 'no hung tasks in the kernel'
}

hung_tasks() {
  cat "${NULLSPACE_PROC:-/proc}"/[0-9]*/task/[0-9]*/stat 2>/dev/null |
    sed -nE 's/^([0-9]+) \((runsc[^)]*|exe|nft)\) D .*/\1/p' | sort
}
