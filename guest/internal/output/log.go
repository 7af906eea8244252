package output

import (
	"sync"
	"time"
)

// Limits of one log.
type Limits struct {
	// HeadBytes are kept from the start, both streams together.
	HeadBytes int
	// TailBytes are kept of what follows the head, for readers that come back.
	TailBytes int
	// StarvedTailBytes are kept of the tail while the budget is used up.
	StarvedTailBytes int
	// Patience is how long a writer waits for attached readers before it overwrites what they have not read.
	Patience time.Duration
}

// DefaultLimits are those of every command.
var DefaultLimits = Limits{HeadBytes: 8 << 20, TailBytes: 4 << 20, StarvedTailBytes: 64 << 10, Patience: 10 * time.Second}

// Log keeps the output of one command: its start whole, and a window of its end.
type Log struct {
	limits  Limits
	budget  *Budget
	capture uint64

	mu        sync.Mutex
	head      []*chunk
	headBytes int
	headFull  bool
	tail      []*chunk
	tailBytes int
	// tailBase is the number of chunks before tail[0], dropped ones included.
	tailBase int
	written  [3]uint64
	captured [3][]byte
	kept     [3]uint64
	ended    bool
	cleared  bool
	changed  chan struct{}
	progress chan struct{}
	readers  map[*Reader]struct{}
	// expected stands in for the first reader until it comes.
	expected *Reader
}

// NewLog makes an empty log. Of each stream the first capture bytes are kept for Collect, beyond the head.
func NewLog(budget *Budget, limits Limits, capture uint64) *Log {
	return &Log{limits: limits, budget: budget, capture: capture}
}

// Append adds what a command wrote. It waits while attached readers would lose bytes, at most limits.Patience.
func (l *Log) Append(stream Stream, data []byte) {
	if len(data) == 0 {
		return
	}
	fits := l.budget.charge(len(data))
	l.mu.Lock()
	refund := l.append(stream, data, fits)
	l.mu.Unlock()
	if refund != 0 {
		l.budget.refund(refund)
	}
}

// append returns the bytes of the charge that are not kept after all, less those that were freed.
func (l *Log) append(stream Stream, data []byte, fits bool) int {
	offset := l.written[stream]
	l.written[stream] += uint64(len(data))
	if l.cleared {
		return len(data)
	}
	rest := l.appendHead(stream, offset, data, fits)
	if len(rest) == 0 {
		l.wake()
		return 0
	}
	captured := l.appendCapture(stream, rest, fits)
	offset += uint64(len(data) - len(rest))
	limit := l.limits.TailBytes
	if !fits {
		limit = l.limits.StarvedTailBytes
	}
	l.awaitReaders(len(rest), limit)
	if l.cleared {
		return len(rest)
	}
	before := l.tailBytes
	l.tail = extend(l.tail, stream, offset, rest)
	l.tailBytes += len(rest)
	l.evict(limit)
	l.wake()
	return len(rest) - (l.tailBytes - before) - captured
}

func (l *Log) appendHead(stream Stream, offset uint64, data []byte, fits bool) (rest []byte) {
	if l.headFull {
		return data
	}
	taken := min(len(data), l.limits.HeadBytes-l.headBytes)
	if !fits {
		taken = 0
	}
	l.head = extend(l.head, stream, offset, data[:taken])
	l.headBytes += taken
	l.kept[stream] += uint64(taken)
	if taken < len(data) {
		l.headFull = true
		l.tailBase = len(l.head)
	}
	return data[taken:]
}

func (l *Log) appendCapture(stream Stream, data []byte, fits bool) int {
	if l.kept[stream] >= l.capture || !fits {
		// A gap may not be followed by later bytes.
		l.capture = min(l.capture, l.kept[stream])
		return 0
	}
	taken := min(uint64(len(data)), l.capture-l.kept[stream])
	l.captured[stream] = append(l.captured[stream], data[:taken]...)
	l.kept[stream] += taken
	return int(taken)
}

// evict drops the oldest chunks of the tail until the newest limit bytes are left.
func (l *Log) evict(limit int) {
	for len(l.tail) > 1 && l.tailBytes > limit {
		l.tailBytes -= len(l.tail[0].data)
		l.tail[0].drop()
		l.tail[0] = nil
		l.tail = l.tail[1:]
		l.tailBase++
	}
}

// End marks that no reader has to wait for more.
func (l *Log) End() {
	l.mu.Lock()
	l.ended = true
	l.wake()
	l.mu.Unlock()
	l.budget.retire(l)
}

// Forget drops everything that is kept.
func (l *Log) Forget() { l.budget.forget(l) }

// clear returns the number of bytes that it dropped.
func (l *Log) clear() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	freed := l.headBytes + l.tailBytes + len(l.captured[Stdout]) + len(l.captured[Stderr])
	for _, chunks := range [][]*chunk{l.head, l.tail} {
		for _, dropped := range chunks {
			dropped.drop()
		}
	}
	l.head, l.tail, l.captured = nil, nil, [3][]byte{}
	l.headBytes, l.tailBytes = 0, 0
	l.cleared = true
	l.wake()
	return freed
}

// wake tells waiting readers that something changed.
func (l *Log) wake() {
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}
