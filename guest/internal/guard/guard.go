package guard

import (
	"context"
	"fmt"
	"time"

	"nullspace.dev/guest/internal/ceiling"
	"nullspace.dev/guest/internal/processes"
	"nullspace.dev/guest/internal/procfs"
	"nullspace.dev/guest/internal/settings"
)

// Guard watches the guest.
type Guard struct {
	settings *settings.Store
	table    *processes.Table
	ceiling  *ceiling.Ceiling
	events   *Events
	// readMemory and count can be other sources in tests.
	readMemory func() (procfs.Memory, error)
	count      func() (count uint32, refusals uint64, err error)
}

// New makes a guard that kills commands of table.
func New(values *settings.Store, table *processes.Table, limit *ceiling.Ceiling, events *Events) *Guard {
	guard := &Guard{settings: values, table: table, ceiling: limit, events: events, readMemory: procfs.ReadMemory}
	guard.count = guard.countProcesses
	return guard
}

// Run watches until ctx ends.
func (g *Guard) Run(ctx context.Context) {
	memory := &watcher{look: g.watchMemory, pace: memoryPace, starts: g.table.Starts}
	processes := &watcher{look: g.processWatch(), pace: processPace, starts: g.table.Starts}
	g.table.OnStart(func() {
		memory.wake()
		processes.wake()
	})
	memory.begin()
	processes.begin()
	<-ctx.Done()
	memory.end()
	processes.end()
}

// isQuiet tells whether no command runs, and nothing that one has left behind: then there is nothing to kill.
func (g *Guard) isQuiet() bool {
	if g.table.Running() > 0 {
		return false
	}
	count, _, err := g.count()
	// Also what has left the group of commands by itself.
	return err == nil && count == 0 && g.table.CountThreads() == 0
}

// kill ends a tree and records why.
func (g *Guard) kill(tree processes.Tree, guard, reason string) {
	command := tree.Command
	command.MarkGuarded(guard)
	tree.Kill()
	g.events.add(Event{
		Guard: guard, PID: command.PID, Command: command.Command, At: time.Now(),
		Message: fmt.Sprintf("killed %q (process %d): %s", command.Command, command.PID, reason),
	})
}

// largest returns the tree with the highest weight, or false if there is none.
func largest[N int | uint64](trees []processes.Tree, weight func(processes.Tree) N) (best processes.Tree, found bool) {
	for _, tree := range trees {
		if !found || weight(tree) > weight(best) {
			best, found = tree, true
		}
	}
	return best, found
}
