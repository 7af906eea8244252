package processes

import "time"

// Use is what the tree of a command has taken: processor time so far, the rest now.
type Use struct {
	CPU           time.Duration
	ResidentBytes uint64
	Processes     int
}

// Use measures the command's tree. What a member used that ended unseen is missing until the command ends, whose own
// children the kernel counts.
func (p *Process) Use() Use {
	tree := Tree{Command: p, Members: p.members()}
	use := Use{ResidentBytes: tree.ResidentBytes(), Processes: len(tree.Members)}
	for _, member := range tree.Members {
		use.CPU += member.CPU
	}
	use.CPU = p.countCPU(use.CPU)
	return use
}

// countCPU returns the most that was ever measured.
func (p *Process) countCPU(measured time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cpu = max(p.cpu, measured)
	return p.cpu
}
