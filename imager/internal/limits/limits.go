// Package limits keeps the process, which reads what others have made, from harming the machine.
package limits

import (
	"os"

	"golang.org/x/sys/unix"
)

const mostFiles = 1024

// Apply gives up what the program never needs. Failing is no reason not to go on: the caller has dropped its rights already.
func Apply(largestFile uint64) {
	_ = unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	set(unix.RLIMIT_CORE, 0)
	set(unix.RLIMIT_NOFILE, mostFiles)
	set(unix.RLIMIT_FSIZE, largestFile)
	// When memory runs out, this process goes before any sandbox.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	// Sandboxes come first.
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, 10)
}

func set(resource int, value uint64) {
	_ = unix.Setrlimit(resource, &unix.Rlimit{Cur: value, Max: value})
}
