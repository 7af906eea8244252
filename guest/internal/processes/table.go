package processes

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"nullspace.dev/guest/internal/awake"
	"nullspace.dev/guest/internal/ceiling"
	"nullspace.dev/guest/internal/output"
	"nullspace.dev/guest/internal/problem"
	"nullspace.dev/guest/internal/settings"
)

const (
	// maxFinished ended commands are remembered.
	maxFinished = 1000
	// maxOutputBytes is kept of the output of all commands together.
	maxOutputBytes = 256 << 20
	// maxOutputInMemory is where commands begin to keep less of it in memory.
	maxOutputInMemory = 24 << 20
	// firstSynthetic is above every pid of a kernel.
	firstSynthetic = 1 << 30
)

// Table holds the running commands and the last ended ones.
type Table struct {
	// StdinPatience is how long a write waits for a command that does not read its input.
	StdinPatience time.Duration
	// Clock measures the time limits of commands. It may be replaced before the first start.
	Clock *awake.Clock

	settings *settings.Store
	ceiling  *ceiling.Ceiling
	reaper   *reaper
	budget   *output.Budget
	limits   output.Limits
	// run makes the markers of this agent unlike those of any other.
	run      string
	sequence atomic.Uint64
	running  atomic.Int64
	starts   atomic.Uint64
	onStart  atomic.Pointer[func()]

	mu        sync.Mutex
	byPID     map[int]*Process
	byMarker  map[string]*Process
	finished  []*Process
	synthetic int
}

// NewTable makes an empty table. Only one can be in use in a program: it waits for all children.
func NewTable(values *settings.Store, limit *ceiling.Ceiling) *Table {
	random := make([]byte, 8)
	rand.Read(random)
	return &Table{
		StdinPatience: defaultStdinPatience, Clock: awake.NewClock(func() bool { return false }),
		settings: values, ceiling: limit, reaper: newReaper(),
		budget: output.NewBudget(maxOutputBytes).WithDisk(output.NewDisk(outputFolder(), maxOutputBytes), maxOutputInMemory),
		limits: output.DefaultLimits,
		run:    hex.EncodeToString(random), byPID: map[int]*Process{}, byMarker: map[string]*Process{}, synthetic: firstSynthetic,
	}
}

// outputFolder is on the disk of the guest, which is what output is counted against.
func outputFolder() string {
	if os.Getpid() == 1 {
		return "/"
	}
	return os.TempDir()
}

// Running is the number of commands that have not ended.
func (t *Table) Running() int { return int(t.running.Load()) }

// Starts is the number of commands that have been started.
func (t *Table) Starts() uint64 { return t.starts.Load() }

// OnStart has a function called with each start of a command, in place of the one before.
func (t *Table) OnStart(call func()) { t.onStart.Store(&call) }

// Find returns the remembered command with a pid.
func (t *Table) Find(pid uint32) (*Process, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if process, ok := t.byPID[int(pid)]; ok {
		return process, nil
	}
	return nil, problem.New(problem.ProcessNotFound, "", "no process %d was started here, or it is no longer remembered", pid)
}

// List returns all remembered commands in the order of their start.
func (t *Table) List() []*Process {
	t.mu.Lock()
	list := make([]*Process, 0, len(t.byPID))
	for _, process := range t.byPID {
		list = append(list, process)
	}
	t.mu.Unlock()
	slices.SortFunc(list, func(a, b *Process) int {
		if order := a.Started.Compare(b.Started); order != 0 {
			return order
		}
		return cmp.Compare(a.PID, b.PID)
	})
	return list
}

// add remembers a command. An ended one whose pid the kernel gave out again is forgotten.
func (t *Table) add(process *Process) {
	t.running.Add(1)
	t.starts.Add(1)
	if call := t.onStart.Load(); call != nil {
		(*call)()
	}
	t.mu.Lock()
	old := t.byPID[process.PID]
	t.byPID[process.PID] = process
	t.byMarker[process.marker] = process
	if old != nil {
		delete(t.byMarker, old.marker)
		t.finished = slices.DeleteFunc(t.finished, func(p *Process) bool { return p == old })
	}
	t.mu.Unlock()
	if old != nil {
		old.Log.Forget()
	}
}

func (t *Table) nextSynthetic() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.synthetic++
	return t.synthetic
}

// retire counts a command among the ended ones and forgets the oldest of too many.
func (t *Table) retire(process *Process) {
	t.running.Add(-1)
	t.mu.Lock()
	var oldest *Process
	if t.byPID[process.PID] == process {
		t.finished = append(t.finished, process)
	}
	if len(t.finished) > maxFinished {
		oldest = t.finished[0]
		t.finished = t.finished[1:]
		delete(t.byPID, oldest.PID)
		delete(t.byMarker, oldest.marker)
	}
	t.mu.Unlock()
	if oldest != nil {
		oldest.Log.Forget()
	}
}

// TidyGroups takes back the groups of ended commands whose last descendant has ended too.
func (t *Table) TidyGroups() {
	if !t.ceiling.Enforced() {
		return
	}
	for _, process := range t.List() {
		if !process.Running() {
			process.returnGroup()
		}
	}
}
