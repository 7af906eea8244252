package processes

import (
	"os"
	"syscall"
	"time"

	"nullspace.dev/guest/internal/procfs"
)

// endPatience is how long EndAll waits for what it killed.
const endPatience = 10 * time.Second

// EndAll kills every process of the guest but the agent and returns how many there were. Where the agent is not the
// first process it ends the trees of its commands alone.
func (t *Table) EndAll() (ended int, err error) {
	// What forks faster than it is found stands still.
	defer t.ceiling.Thaw()
	if err := t.ceiling.Freeze(); err != nil {
		return 0, err
	}
	seen := map[int]bool{}
	for deadline := time.Now().Add(endPatience); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		living, err := t.othersAlive()
		if err != nil || len(living) == 0 {
			return len(seen), err
		}
		for _, pid := range living {
			seen[pid] = true
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	return len(seen), os.ErrDeadlineExceeded
}

func (t *Table) othersAlive() (pids []int, err error) {
	if os.Getpid() == 1 {
		list, err := procfs.Processes()
		for _, process := range list {
			if process.Alive() && !isAgent(process) {
				pids = append(pids, process.PID)
			}
		}
		return pids, err
	}
	trees, err := t.Trees()
	for _, tree := range trees {
		for _, member := range tree.Members {
			pids = append(pids, member.PID)
		}
	}
	return pids, err
}
