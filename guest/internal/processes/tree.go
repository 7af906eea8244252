package processes

import (
	"os"
	"syscall"
	"time"

	"nullspace.dev/guest/internal/ceiling"
	"nullspace.dev/guest/internal/procfs"
)

// Tree is a command with everything that descends from it.
type Tree struct {
	Command *Process
	Members []procfs.Process
}

// ResidentBytes is the memory of the whole tree.
func (t Tree) ResidentBytes() (sum uint64) {
	for _, member := range t.Members {
		sum += member.ResidentBytes
	}
	return sum
}

// Threads is what the tree counts against the process ceiling.
func (t Tree) Threads() (sum int) {
	for _, member := range t.Members {
		sum += member.Threads
	}
	return sum
}

// Kill ends every member.
func (t Tree) Kill() {
	if t.Command.table.ceiling.Enforced() {
		t.Command.inGroup(func(group *ceiling.Group) { group.Kill() })
		return
	}
	for _, member := range t.Members {
		syscall.Kill(member.PID, syscall.SIGKILL)
	}
}

// Trees sorts the living processes of commands by the command they come from.
func (t *Table) Trees() ([]Tree, error) {
	if t.ceiling.Enforced() {
		return t.groupTrees(), nil
	}
	list, err := procfs.Processes()
	if err != nil {
		return nil, err
	}
	owners := t.owners(list)
	index := map[*Process]int{}
	var trees []Tree
	for _, process := range list {
		owner := owners[process.PID]
		if owner == nil || !process.Alive() || isAgent(process) {
			continue
		}
		at, known := index[owner]
		if !known {
			at = len(trees)
			index[owner] = at
			trees = append(trees, Tree{Command: owner})
		}
		trees[at].Members = append(trees[at].Members, process)
	}
	return trees, nil
}

func (t *Table) groupTrees() (trees []Tree) {
	for _, command := range t.List() {
		if members := command.members(); len(members) > 0 {
			trees = append(trees, Tree{Command: command, Members: members})
		}
	}
	return trees
}

func isAgent(process procfs.Process) bool { return process.PID == os.Getpid() || process.PID == 1 }

// owners finds the command of each process: by descent, by session, and by the marker for those that left both.
func (t *Table) owners(list []procfs.Process) map[int]*Process {
	parents := make(map[int]procfs.Process, len(list))
	for _, process := range list {
		parents[process.PID] = process
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	owners := make(map[int]*Process, len(list))
	for _, process := range list {
		var path []int
		var owner *Process
		for at, depth := process, 0; owner == nil && !isAgent(at) && depth < len(list); depth++ {
			if known, decided := owners[at.PID]; decided {
				owner = known
				break
			}
			path = append(path, at.PID)
			if command := t.byPID[at.PID]; command != nil && command.Running() {
				owner = command
			} else if command := t.byPID[at.Session]; command != nil {
				owner = command
			}
			above, found := parents[at.Parent]
			if !found {
				break
			}
			at = above
		}
		if owner == nil && !isAgent(process) {
			if marker, found := procfs.Variable(process.PID, Marker); found {
				owner = t.byMarker[marker]
			}
		}
		if owner == nil {
			path = path[:min(1, len(path))]
		}
		for _, pid := range path {
			owners[pid] = owner
		}
	}
	return owners
}

// Signal sends a signal to the whole tree of the command. SIGKILL is repeated until nothing of it is left.
func (p *Process) Signal(signal syscall.Signal) error {
	if signal != syscall.SIGKILL {
		for _, member := range p.members() {
			syscall.Kill(member.PID, signal)
		}
		return nil
	}
	if p.table.ceiling.Enforced() {
		var err error
		p.inGroup(func(group *ceiling.Group) { err = group.Kill() })
		return err
	}
	// Most trees are one process group and end here; the search below is for those that left it.
	if p.Running() && p.PID < firstSynthetic {
		syscall.Kill(-p.PID, syscall.SIGKILL)
	}
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		members := p.members()
		if len(members) == 0 {
			return nil
		}
		Tree{Command: p, Members: members}.Kill()
	}
	return nil
}

// members lists what lives of the command and its descendants.
func (p *Process) members() (members []procfs.Process) {
	if p.table.ceiling.Enforced() {
		return p.groupMembers()
	}
	list, err := procfs.Processes()
	if err != nil {
		return nil
	}
	owners := p.table.owners(list)
	for _, process := range list {
		if process.Alive() && !isAgent(process) && owners[process.PID] == p {
			members = append(members, process)
		}
	}
	return members
}

func (p *Process) groupMembers() (members []procfs.Process) {
	var pids []int
	p.inGroup(func(group *ceiling.Group) { pids = group.Members() })
	for _, pid := range pids {
		if process, ok := procfs.Read(pid); ok && process.Alive() {
			members = append(members, process)
		}
	}
	return members
}

// overCounted tells whether the ceiling is reached where the kernel does not watch it itself.
func (t *Table) overCounted() bool {
	limit := t.ceiling.Limit()
	if limit == 0 || t.ceiling.Enforced() {
		return false
	}
	return t.CountThreads() >= int(limit)
}

// CountThreads is the number of processes and threads of all trees.
func (t *Table) CountThreads() int {
	trees, _ := t.Trees()
	return CountThreads(trees)
}

// CountThreads is the number of processes and threads of trees.
func CountThreads(trees []Tree) (count int) {
	for _, tree := range trees {
		count += tree.Threads()
	}
	return count
}

// MarkGuarded notes that a guard ends the command.
func (p *Process) MarkGuarded(guard string) { p.guard.Store(&guard) }
