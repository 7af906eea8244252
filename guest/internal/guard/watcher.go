package guard

import (
	"sync"
	"time"
)

// rest in place of a pause means that there is nothing to look at before another command starts.
const rest time.Duration = -1

// watcher looks again and again: each look wakes the whole guest, so that a quiet one is left alone.
type watcher struct {
	// look returns the pause after which it is called again, or rest.
	look func() time.Duration
	// pace is the pause of the first look after a rest.
	pace time.Duration
	// starts counts the commands that have been started.
	starts func() uint64

	// looking is held during a look.
	looking sync.Mutex

	mu      sync.Mutex
	timer   *time.Timer
	resting bool
	ended   bool
}

func (w *watcher) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(0, w.turn)
}

func (w *watcher) turn() {
	w.looking.Lock()
	defer w.looking.Unlock()
	if w.hasEnded() {
		return
	}
	before := w.starts()
	pause := w.look()
	w.mu.Lock()
	defer w.mu.Unlock()
	// What has started since may have been overlooked.
	started := w.starts() != before
	w.resting = pause == rest && !started
	switch {
	case w.ended, w.resting:
	case pause == rest:
		w.timer.Reset(w.pace)
	default:
		w.timer.Reset(pause)
	}
}

// wake ends a rest. It only winds the timer up: who starts a command has no time to lose.
func (w *watcher) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.resting && !w.ended {
		w.resting = false
		w.timer.Reset(w.pace)
	}
}

func (w *watcher) hasEnded() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ended
}

// end returns once nobody looks any more.
func (w *watcher) end() {
	w.mu.Lock()
	w.ended = true
	w.timer.Stop()
	w.mu.Unlock()
	w.looking.Lock()
	defer w.looking.Unlock()
}
