// Package processes starts commands, follows them to their end and remembers them.
package processes

import (
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"nullspace.dev/guest/internal/awake"
	"nullspace.dev/guest/internal/ceiling"
	"nullspace.dev/guest/internal/output"
)

// pipeGrace is how long the output of an ended command is waited for when something else still holds its pipes.
const pipeGrace = 100 * time.Millisecond

// mostHeld is how long a terminal is left to its pump on which something else writes on and on.
const mostHeld = 5 * time.Second

// returnDelay is how long after its command a group is looked at.
const returnDelay = 20 * time.Millisecond

// Exit is how a command ended.
type Exit struct {
	Code     int32
	Signal   int32
	TimedOut bool
	// Guard is "memory" or "processes" when a guard ended the command.
	Guard string
	Spawn time.Duration
	Run   time.Duration
}

// Process is a command that was started, running or ended.
type Process struct {
	// PID is the kernel's, or a number above all of the kernel's for a program that could not be started.
	PID     int
	Command string
	Started time.Time
	// Tag is the caller's name for it.
	Tag string
	// Internal commands are the agent's own.
	Internal bool
	Log      *output.Log

	// piped commands belong to their first reader.
	piped   bool
	claimed atomic.Bool
	marker  string
	table   *Table
	spawned time.Time
	spawn   time.Duration
	timer   *awake.Timer
	stdin   *stdin
	// terminal is nil for a command on pipes.
	terminal *terminal

	timedOut atomic.Bool
	guard    atomic.Pointer[string]

	// done is closed when the command itself ended, ended when its output is complete as well.
	done  chan struct{}
	ended chan struct{}

	mu     sync.Mutex
	exit   Exit
	exited bool
	// cpu is what is known of the processor time of the whole tree.
	cpu time.Duration
	// pumps has one of each stream; unread counts those that have not seen its end.
	pumps   []*pump
	unread  int
	isEnded bool

	// heldFor is how long the end has been put off for what is unread.
	heldFor time.Duration

	// groupTurn is apart from mu: asking the kernel about the group takes longer than anything that mu guards.
	groupTurn sync.Mutex
	// group is nil where the kernel has none, and once nothing of the command is left: another one may have it then.
	group *ceiling.Group
}

// Done is closed once the command itself ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Ended is closed once the command ended and its output is complete, as far as it is waited for.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Exit returns how the command ended; false while it runs.
func (p *Process) Exit() (Exit, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.exit, p.exited
}

// Running tells whether the command itself has not ended.
func (p *Process) Running() bool {
	_, exited := p.Exit()
	return !exited
}

func (p *Process) finish(ending end) {
	status := ending.status
	p.countCPU(ending.cpu)
	exit := Exit{Spawn: p.spawn, Run: ending.at.Sub(p.spawned)}
	switch {
	case status.Signaled():
		exit.Signal = int32(status.Signal())
		exit.Code = 128 + exit.Signal
	default:
		exit.Code = int32(status.ExitStatus())
	}
	if guard := p.guard.Load(); guard != nil && exit.Signal != 0 {
		exit.Guard = *guard
	} else if p.timedOut.Load() {
		exit.TimedOut, exit.Code = true, 124
	}
	p.conclude(exit)
}

func (p *Process) conclude(exit Exit) {
	p.mu.Lock()
	p.exit, p.exited = exit, true
	open := p.unread > 0
	if p.timer != nil {
		p.timer.Stop()
	}
	p.mu.Unlock()
	close(p.done)
	p.stdin.close()
	if open {
		time.AfterFunc(pipeGrace, p.endHeld)
	} else {
		p.end()
	}
	p.table.retire(p)
	// Out of the way of the answer to whoever waited for the command.
	time.AfterFunc(returnDelay, p.returnGroup)
}

// returnGroup gives the group of an ended command back if it is empty. A background child keeps it.
func (p *Process) returnGroup() {
	p.groupTurn.Lock()
	defer p.groupTurn.Unlock()
	if p.group != nil && !p.Running() && p.table.ceiling.Return(p.group) {
		p.group = nil
	}
}

// inGroup calls work with the group of the command, unless it has none any more.
func (p *Process) inGroup(work func(*ceiling.Group)) {
	p.groupTurn.Lock()
	defer p.groupTurn.Unlock()
	if p.group != nil {
		work(p.group)
	}
}

// Drain takes the output of an ended command out of its pipes at once, ahead of the pumps' own turn.
func (p *Process) Drain() {
	for _, pump := range p.pumps {
		pump.drain()
	}
}

func (p *Process) pumpEnded() {
	p.mu.Lock()
	p.unread--
	complete := p.unread == 0 && p.exited
	p.mu.Unlock()
	if complete {
		p.end()
	}
}

// endHeld ends a command whose output something else still holds open, or whose pumps have not had their turn yet. What is
// in the pipes is the last word of the command, and is taken first. Closing a terminal waits for its pump, which may
// wait for a reader.
func (p *Process) endHeld() {
	switch {
	case p.piped:
		if !p.settled() {
			time.AfterFunc(pipeGrace, p.endHeld)
			return
		}
	case p.terminal != nil:
		// Its pump may hold the lock in a read that waits: whether anything is left is asked of the terminal.
		if p.heldFor < mostHeld && p.hasUnread() {
			p.heldFor += pipeGrace
			time.AfterFunc(pipeGrace, p.endHeld)
			return
		}
	default:
		for _, pump := range p.pumps {
			pump.drainLater()
		}
	}
	p.end()
	p.terminal.hangUp()
}

// hasUnread tells whether a pump has left something that its command wrote.
func (p *Process) hasUnread() bool {
	return slices.ContainsFunc(p.pumps, (*pump).hasUnread)
}

func (p *Process) end() {
	p.mu.Lock()
	first := !p.isEnded
	p.isEnded = true
	p.mu.Unlock()
	if first {
		p.Log.End()
		close(p.ended)
	}
}

// limitTime kills the whole tree once the command has run for limit.
func (p *Process) limitTime(limit time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.exited {
		return
	}
	p.timer = p.table.Clock.AfterFunc(limit, func() {
		if p.Running() {
			p.timedOut.Store(true)
			p.Signal(os.Kill.(syscall.Signal))
		}
	})
}
