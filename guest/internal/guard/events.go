// Package guard kills what would take the whole guest down: the largest command when memory or processes run out.
package guard

import (
	"context"
	"sync"
	"time"
)

// Names of the guards.
const (
	Memory    = "memory"
	Processes = "processes"
)

// keptEvents is the number of past kills that a new watcher gets.
const keptEvents = 100

// Event is one kill.
type Event struct {
	Guard   string
	PID     int
	Command string
	At      time.Time
	Message string
}

// Events keeps the last kills and tells watchers of new ones.
type Events struct {
	mu      sync.Mutex
	kept    []Event
	total   int
	changed chan struct{}
}

// NewEvents makes an empty list.
func NewEvents() *Events { return &Events{changed: make(chan struct{})} }

func (e *Events) add(event Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.kept = append(e.kept, event)
	if len(e.kept) > keptEvents {
		e.kept = e.kept[len(e.kept)-keptEvents:]
	}
	e.total++
	close(e.changed)
	e.changed = make(chan struct{})
}

// Watch calls visit for the kept events and then for each new one, until ctx ends or visit fails.
func (e *Events) Watch(ctx context.Context, visit func(Event) error) error {
	for next := 0; ; {
		e.mu.Lock()
		first := e.total - len(e.kept)
		pending := append([]Event(nil), e.kept[max(0, next-first):]...)
		next = e.total
		changed := e.changed
		e.mu.Unlock()
		for _, event := range pending {
			if err := visit(event); err != nil {
				return err
			}
		}
		if len(pending) > 0 {
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
