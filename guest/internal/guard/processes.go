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
	// calm is how long no fork was refused before a new crowding is counted from its start.
	calm = 300 * time.Millisecond
	// clearing bounds the time that forks are refused while trees are killed.
	clearing = 20 * time.Second
	// settling bounds how long what ends may take to be gone once there is nothing left to kill.
	settling = 2 * time.Second
)

// crowd follows how long commands have been at their ceiling.
type crowd struct {
	refusals uint64
	since    time.Time
	last     time.Time
}

// at takes a reading and tells whether commands have stayed at their ceiling for long. A bomb whose processes come
// and go is at the ceiling whenever one of its forks was refused.
func (c *crowd) at(now time.Time, count, limit uint32, refusals uint64) bool {
	refused := refusals != c.refusals
	c.refusals = refusals
	switch {
	case count >= limit || refused:
		if c.since.IsZero() {
			c.since = now
		}
		c.last = now
	case now.Sub(c.last) > calm:
		c.since = time.Time{}
	}
	return !c.since.IsZero() && c.last.Sub(c.since) >= crowding
}

// processWatch returns a look that kills the largest trees once commands have stayed at their ceiling.
func (g *Guard) processWatch() func() time.Duration {
	var crowd crowd
	var tidied time.Time
	return func() time.Duration {
		quiet := g.isQuiet()
		if quiet || time.Since(tidied) >= idlePace {
			g.table.TidyGroups()
			tidied = time.Now()
		}
		if quiet {
			return rest
		}
		limit := g.ceiling.Limit()
		if limit == 0 {
			return idlePace
		}
		count, refusals, err := g.count()
		if err != nil {
			return processPace
		}
		if crowd.at(time.Now(), count, limit, refusals) {
			g.clear(limit)
			crowd.since = time.Time{}
		}
		if g.table.Running() == 0 && count < limit/2 {
			return idlePace
		}
		return processPace
	}
}

func (g *Guard) countProcesses() (count uint32, refusals uint64, err error) {
	if g.ceiling.Enforced() {
		usage, err := g.ceiling.Usage()
		return usage.Current, usage.Refusals, err
	}
	return uint32(g.table.CountThreads()), 0, nil
}

// clear kills the largest trees until less than half of the ceiling is used. Nothing can fork meanwhile.
func (g *Guard) clear(limit uint32) {
	g.ceiling.Freeze()
	defer g.ceiling.Thaw()
	enough := int(max(1, limit/2))
	killed := map[*processes.Process]bool{}
	lastKill := time.Now()
	for deadline := time.Now().Add(clearing); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if count, _, err := g.count(); err == nil && int(count) < enough {
			return
		}
		trees, err := g.table.Trees()
		if err != nil {
			continue
		}
		ending, others := apart(trees, killed)
		// Nobody else is killed for the room that those who are ending take.
		if len(ending) > 0 {
			for _, tree := range ending {
				// Recorded already; what is left of it is still ending, or forked between two looks.
				tree.Kill()
			}
			continue
		}
		if processes.CountThreads(others) < enough {
			if time.Since(lastKill) >= settling {
				return
			}
			continue
		}
		tree, _ := largest(others, processes.Tree.Threads)
		killed[tree.Command], lastKill = true, time.Now()
		g.kill(tree, Processes, fmt.Sprintf("the sandbox stayed at its limit of %d processes and threads", limit))
	}
}

// apart parts the trees of commands that were killed from those of the others.
func apart(trees []processes.Tree, killed map[*processes.Process]bool) (ending, others []processes.Tree) {
	for _, tree := range trees {
		if killed[tree.Command] {
			ending = append(ending, tree)
		} else {
			others = append(others, tree)
		}
	}
	return ending, others
}
