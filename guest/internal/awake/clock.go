// Package awake measures time without that which the guest sleeps in a snapshot. The kernel's monotonic clock goes on
// meanwhile, and jumps when the guest wakes up.
package awake

import (
	"sync"
	"time"
)

const (
	// beat is how often a running clock looks at the time: so much of it may be lost, in favour of what is timed.
	beat = 500 * time.Millisecond
	// suspicion is how long a beat may take before the clock asks whether the guest has slept.
	suspicion = beat + 250*time.Millisecond
)

// Clock runs only while something is timed by it.
type Clock struct {
	// slept tells whether the guest was restored since the last call.
	slept func() bool

	mu      sync.Mutex
	elapsed time.Duration
	last    time.Time
	stopped bool
	timers  map[*Timer]struct{}
	beats   *time.Timer
}

// Timer calls its function once the clock has run for its time.
type Timer struct {
	clock *Clock
	due   time.Duration
	call  func()
}

// NewClock makes a clock that asks slept after a beat of suspicious length.
func NewClock(slept func() bool) *Clock {
	return &Clock{slept: slept, timers: map[*Timer]struct{}{}}
}

// AfterFunc calls f in a goroutine of its own once the clock has run for d.
func (c *Clock) AfterFunc(d time.Duration, f func()) *Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.timers) == 0 {
		c.last = time.Now()
	}
	c.advance()
	timer := &Timer{clock: c, due: c.elapsed + d, call: f}
	c.timers[timer] = struct{}{}
	c.schedule()
	return timer
}

// Stop forgets the timer.
func (t *Timer) Stop() {
	c := t.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.timers, t)
	if len(c.timers) == 0 && c.beats != nil {
		c.beats.Stop()
		c.beats = nil
	}
}

// Stop lets the clock stand still until Start.
func (c *Clock) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advance()
	c.stopped = true
}

// Start lets the clock go on from now.
func (c *Clock) Start() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = false
	c.last = time.Now()
	c.schedule()
}

func (c *Clock) advance() {
	now := time.Now()
	passed := now.Sub(c.last)
	c.last = now
	if c.stopped || passed <= 0 || len(c.timers) == 0 {
		return
	}
	if passed > suspicion && c.slept() {
		return
	}
	c.elapsed += passed
}

func (c *Clock) schedule() {
	if c.stopped || len(c.timers) == 0 {
		return
	}
	wait := beat
	for timer := range c.timers {
		wait = min(wait, timer.due-c.elapsed)
	}
	if c.beats != nil {
		c.beats.Stop()
	}
	c.beats = time.AfterFunc(max(wait, 0), c.tick)
}

func (c *Clock) tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advance()
	if !c.stopped {
		for timer := range c.timers {
			if timer.due <= c.elapsed {
				delete(c.timers, timer)
				go timer.call()
			}
		}
	}
	c.schedule()
}
