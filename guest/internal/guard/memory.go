package guard

import (
	"fmt"
	"time"

	"nullspace.dev/guest/internal/processes"
)

const (
	// memoryPace is how often memory is looked at while commands run.
	memoryPace = 100 * time.Millisecond
	// memoryHaste is how often close to the limit, where a fast program gets past it between two looks.
	memoryHaste = 20 * time.Millisecond
	// idlePace is how often anything is looked at while no command runs.
	idlePace = time.Second
	// freeing is how long the memory of a killed tree may take to come back before the next one is killed.
	freeing = 2 * time.Second
)

// watchMemory kills the largest tree when the guest is past its limit.
func (g *Guard) watchMemory() time.Duration {
	if g.isQuiet() {
		return rest
	}
	limit := g.settings.Get().MemoryLimitBytes
	if limit == 0 {
		return idlePace / 4
	}
	memory, err := g.readMemory()
	if err != nil {
		return memoryPace
	}
	used := memory.UsedBytes()
	// The guest kernel reports no more than the whole memory as used, however far past it commands are.
	if used < limit {
		return g.memoryPause(used, limit)
	}
	trees, err := g.table.Trees()
	if err != nil {
		return memoryPace
	}
	tree, found := largest(trees, processes.Tree.ResidentBytes)
	if !found {
		return memoryPace
	}
	g.kill(tree, Memory, fmt.Sprintf("the sandbox used %d MiB of memory, its limit is %d MiB", used>>20, limit>>20))
	g.awaitMemory(limit)
	return memoryHaste
}

// awaitMemory gives the kernel time to take back the memory of what was killed.
func (g *Guard) awaitMemory(limit uint64) {
	for deadline := time.Now().Add(freeing); time.Now().Before(deadline); time.Sleep(memoryHaste) {
		if memory, err := g.readMemory(); err == nil && memory.UsedBytes() < limit {
			return
		}
	}
}

func (g *Guard) memoryPause(used, limit uint64) time.Duration {
	switch {
	case used > limit/10*7:
		return memoryHaste
	case g.table.Running() > 0 || used > limit/2:
		return memoryPace
	}
	return idlePace / 4
}
