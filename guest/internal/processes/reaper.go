package processes

import (
	"runtime"
	"sync"
	"syscall"
	"time"
)

// waitAll also waits for children made with an unusual exit signal.
const waitAll = 0x40000000

// exited is called with the end of a child, on the reaper's goroutine.
type exited func(ending end)

// reaper is the only place that waits for children: it hands each command its status and buries orphans.
type reaper struct {
	mu       sync.Mutex
	waiting  map[int]exited
	spawning int
	// early holds the ends of children whose start has not returned yet.
	early map[int]end
	kick  chan struct{}
}

type end struct {
	status syscall.WaitStatus
	at     time.Time
	// cpu is the processor time of the child and of those that it waited for.
	cpu time.Duration
}

func newReaper() *reaper {
	r := &reaper{waiting: map[int]exited{}, early: map[int]end{}, kick: make(chan struct{}, 1)}
	go r.loop()
	return r
}

func (r *reaper) loop() {
	for {
		var status syscall.WaitStatus
		var usage syscall.Rusage
		pid, err := syscall.Wait4(-1, &status, waitAll, &usage)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			// No children: the next start kicks.
			<-r.kick
			continue
		}
		if status.Exited() || status.Signaled() {
			cpu := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
			r.deliver(pid, end{status: status, at: time.Now(), cpu: cpu})
			// Whoever waited for the command goes on here and now; the next wait would keep the thread, and waking
			// another one costs a tenth of a millisecond in a guest.
			runtime.Gosched()
		}
	}
}

func (r *reaper) deliver(pid int, ending end) {
	r.mu.Lock()
	notify, known := r.waiting[pid]
	if known {
		delete(r.waiting, pid)
	} else if r.spawning > 0 {
		r.early[pid] = ending
	}
	r.mu.Unlock()
	if known {
		notify(ending)
	}
}

// start runs fork and arranges that the child's end reaches what register returns.
func (r *reaper) start(fork func() (int, error), register func(pid int) exited) error {
	r.mu.Lock()
	r.spawning++
	r.mu.Unlock()
	pid, err := fork()
	var notify exited
	if err == nil {
		notify = register(pid)
	}
	r.mu.Lock()
	r.spawning--
	ending, ended := r.early[pid]
	delete(r.early, pid)
	if err == nil && !ended {
		r.waiting[pid] = notify
	}
	if r.spawning == 0 {
		clear(r.early)
	}
	r.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case r.kick <- struct{}{}:
	default:
	}
	if ended {
		notify(ending)
	}
	return nil
}
