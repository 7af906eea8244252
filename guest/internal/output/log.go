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
	// MemoryBytes of both are kept in memory; the rest is on the disk, if there is one.
	MemoryBytes int
	// Patience is how long a writer waits for attached readers before it overwrites what they have not read.
	Patience time.Duration
}

// DefaultLimits are those of every command.
var DefaultLimits = Limits{
	HeadBytes: 8 << 20, TailBytes: 56 << 20, StarvedTailBytes: 64 << 10, MemoryBytes: 1 << 20, Patience: 10 * time.Second,
}

// Log keeps the output of one command: its start whole, and a window of its end.
type Log struct {
	limits  Limits
	budget  *Budget
	capture uint64

	mu        sync.Mutex
	head      []*segment
	headBytes int
	headFull  bool
	tail      []*segment
	tailBytes int
	// tailBase is the number of segments before tail[0], dropped ones included.
	tailBase int
	// room is what the tail may hold now: less than its limit while the disk takes no more.
	room int
	// held is what the log has in memory.
	held int
	// refused is the number of segments that there were when the disk last took none.
	refused  int
	written  [3]uint64
	placed   [3]uint64
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
	return &Log{limits: limits, budget: budget, capture: capture, room: limits.TailBytes}
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
	l.written[stream] += uint64(len(data))
	if l.cleared {
		return len(data)
	}
	rest := l.appendHead(stream, data, fits)
	if len(rest) == 0 {
		l.spill()
		l.wake()
		return 0
	}
	captured := l.appendCapture(stream, rest, fits)
	limit := l.room
	if !fits {
		// A little at a time: others give way as well.
		limit = max(l.limits.StarvedTailBytes, min(limit, l.tailBytes)-ChunkBytes)
	}
	l.awaitReaders(len(rest), limit)
	if l.cleared {
		return len(rest)
	}
	before := l.tailBytes
	l.tail = l.extend(l.tail, stream, rest, min(ChunkBytes, max(smallestSegment, limit/4)))
	l.tailBytes += len(rest)
	l.evict(limit)
	l.spill()
	l.wake()
	return len(rest) - (l.tailBytes - before) - captured
}

func (l *Log) appendHead(stream Stream, data []byte, fits bool) (rest []byte) {
	if l.headFull {
		return data
	}
	taken := min(len(data), l.limits.HeadBytes-l.headBytes)
	if !fits {
		taken = 0
	}
	l.head = l.extend(l.head, stream, data[:taken], ChunkBytes)
	l.headBytes += taken
	l.kept[stream] += uint64(taken)
	if taken < len(data) {
		l.endHead()
	}
	return data[taken:]
}

// endHead begins the tail.
func (l *Log) endHead() {
	l.headFull = true
	l.tailBase = len(l.head)
}

// extend counts what a list of segments takes of the memory.
func (l *Log) extend(segments []*segment, stream Stream, data []byte, most int) []*segment {
	from, before := max(0, len(segments)-1), 0
	if len(segments) > 0 {
		before = segments[from].cost()
	}
	segments = extend(segments, stream, &l.placed, data, most)
	after := 0
	for _, changed := range segments[min(from, len(segments)):] {
		after += changed.cost()
	}
	l.hold(after - before)
	return segments
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
	l.budget.memory.Add(int64(taken))
	return int(taken)
}

// evict drops the oldest segments of the tail until the newest limit bytes are left.
func (l *Log) evict(limit int) {
	for len(l.tail) > 1 && l.tailBytes > limit {
		l.tailBytes -= l.tail[0].size
		l.drop(l.tail[0])
		l.tail[0] = nil
		l.tail = l.tail[1:]
		l.tailBase++
	}
}

// End marks that no reader has to wait for more.
func (l *Log) End() {
	l.mu.Lock()
	l.ended = true
	l.spill()
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
	captured := len(l.captured[Stdout]) + len(l.captured[Stderr])
	freed := l.headBytes + l.tailBytes + captured
	for _, list := range [][]*segment{l.head, l.tail} {
		for _, dropped := range list {
			l.drop(dropped)
		}
	}
	l.budget.memory.Add(-int64(captured))
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
