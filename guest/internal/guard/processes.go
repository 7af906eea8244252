package guard

import (
	"fmt"
	"time"

	"nullspace.dev/guest/internal/processes"
)

const (
	processPace = 100 * time.Millisecond
	// crowding is how long commands may stay at their ceiling before the largest is killed.
	crowding = time.Second
	// clearing bounds the time that forks are refused while trees are killed.
	clearing = 20 * time.Second
)

// processWatch returns a look that kills the largest trees once commands have stayed at their ceiling.
func (g *Guard) processWatch() func() time.Duration {
	var since time.Time
	return func() time.Duration {
		limit := g.ceiling.Limit()
		if limit == 0 {
			return idlePace
		}
		count, ok := g.count()
		// A bomb whose processes come and go hovers just below the ceiling.
		if !ok || count < limit-limit/20 {
			since = time.Time{}
			if g.table.Running() == 0 && count < limit/2 {
				return idlePace
			}
			return processPace
		}
		if since.IsZero() {
			since = time.Now()
		}
		if time.Since(since) >= crowding {
			g.clear(limit)
			since = time.Time{}
		}
		return processPace
	}
}

func (g *Guard) count() (uint32, bool) {
	if g.ceiling.Enforced() {
		count, err := g.ceiling.Current()
		return count, err == nil
	}
	return uint32(g.table.CountThreads()), true
}

// clear kills the largest trees until less than half of the ceiling is used. Nothing can fork meanwhile.
func (g *Guard) clear(limit uint32) {
	g.ceiling.Freeze()
	defer g.ceiling.Thaw()
	killed := map[*processes.Process]bool{}
	for deadline := time.Now().Add(clearing); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if count, ok := g.count(); ok && count < limit/2 {
			return
		}
		trees, err := g.table.Trees()
		if err != nil {
			continue
		}
		tree, found := largest(trees, processes.Tree.Threads)
		switch {
		case !found:
			return
		case killed[tree.Command] && tree.Command != nil:
			// Already recorded; what is left of it is still ending or was missed by the walk.
			tree.Kill()
		default:
			killed[tree.Command] = true
			g.kill(tree, Processes, fmt.Sprintf("the sandbox stayed at its limit of %d processes and threads", limit))
		}
	}
}
