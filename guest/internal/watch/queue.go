package watch

import (
	"context"
	"io"
	"sync"
)

// queue holds events for a reader that may be slow.
type queue struct {
	mu     sync.Mutex
	events []Event
	lost   bool
	closed bool
	// more has room for one note that there is something to take.
	more chan struct{}
}

func newQueue() *queue { return &queue{more: make(chan struct{}, 1)} }

// put drops what finds no room, and says so as soon as there is some. Ended always finds room.
func (q *queue) put(event Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	last := len(q.events) - 1
	switch {
	case event.Kind == Write && last >= 0 && q.events[last] == event:
		return
	case event.Kind == Overflow || event.Kind != Ended && len(q.events) >= maxQueued:
		q.lost = true
	default:
		q.events = append(q.events, event)
	}
	select {
	case q.more <- struct{}{}:
	default:
	}
}

func (q *queue) next(ctx context.Context) (Event, error) {
	for {
		if event, found := q.take(); found {
			return event, nil
		}
		select {
		case <-q.more:
		case <-ctx.Done():
			return Event{}, ctx.Err()
		}
	}
}

func (q *queue) take() (Event, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	// What was lost came after all that waits but the end.
	case q.lost && (len(q.events) == 0 || q.events[0].Kind == Ended):
		q.lost = false
		return Event{Kind: Overflow}, true
	case len(q.events) > 0:
		event := q.events[0]
		q.events = q.events[1:]
		return event, true
	case q.closed:
		return Event{Kind: Ended, Reason: io.EOF.Error()}, true
	}
	return Event{}, false
}

// close returns false when it was closed before.
func (q *queue) close() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	first := !q.closed
	q.closed = true
	select {
	case q.more <- struct{}{}:
	default:
	}
	return first
}
