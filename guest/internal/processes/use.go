package processes

import (
	"sync"
	"time"
)

// useAge is how old a measurement may be: lists are asked for many times a second, and each reads much of /proc.
const useAge = time.Second

// Use is what the tree of a command has taken: processor time so far, the rest now.
type Use struct {
	CPU           time.Duration
	ResidentBytes uint64
	Processes     int
}

// uses holds the last measurement of all commands.
type uses struct {
	mu    sync.Mutex
	at    time.Time
	trees map[*Process]Use
}

// Uses measures all commands that have living processes.
func (t *Table) Uses() map[*Process]Use {
	t.uses.mu.Lock()
	defer t.uses.mu.Unlock()
	if t.uses.trees != nil && time.Since(t.uses.at) < useAge {
		return t.uses.trees
	}
	measured := map[*Process]Use{}
	trees, err := t.Trees()
	if err != nil {
		return t.uses.trees
	}
	for _, tree := range trees {
		use := Use{ResidentBytes: tree.ResidentBytes(), Processes: len(tree.Members)}
		for _, member := range tree.Members {
			use.CPU += member.CPU
		}
		measured[tree.Command] = use
	}
	t.uses.at, t.uses.trees = time.Now(), measured
	return measured
}

// CPU returns the processor time of the command's tree. What a member used that ended unseen is missing from measured
// until the command ends, whose own children the kernel counts.
func (p *Process) CPU(measured Use) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cpu = max(p.cpu, measured.CPU)
	return p.cpu
}
