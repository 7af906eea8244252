package output

import (
	"sync"
	"sync/atomic"
)

// Budget bounds what all logs keep together. Past it the oldest finished log is dropped first.
type Budget struct {
	disk *Disk
	// memoryLimit is where logs keep less in memory; past the double of it finished ones are dropped.
	memoryLimit int64
	// memory is what all logs have there.
	memory atomic.Int64

	mu       sync.Mutex
	limit    int64
	used     int64
	finished []*Log
}

// NewBudget makes a budget of limit bytes, all of them in memory.
func NewBudget(limit int64) *Budget { return &Budget{limit: limit} }

// WithDisk lets logs keep on a disk what would be more than memory bytes.
func (b *Budget) WithDisk(disk *Disk, memory int64) *Budget {
	b.disk, b.memoryLimit = disk, memory
	return b
}

// Used returns the bytes kept now.
func (b *Budget) Used() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// isShort tells that there is too much in memory.
func (b *Budget) isShort() bool { return b.disk != nil && b.memory.Load() > b.memoryLimit }

// isOver tells that more is kept than may be, or so much in memory that the disk can not be of help.
func (b *Budget) isOver() bool {
	return b.used > b.limit || b.disk != nil && b.memory.Load() > 2*b.memoryLimit
}

// retire puts a log in line for being dropped.
func (b *Budget) retire(log *Log) {
	b.mu.Lock()
	b.finished = append(b.finished, log)
	b.mu.Unlock()
}

// charge counts n more bytes and tells whether they fit. It must be called without a log's lock held.
func (b *Budget) charge(n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used += int64(n)
	for b.isOver() && len(b.finished) > 0 {
		oldest := b.finished[0]
		b.finished = b.finished[1:]
		b.used -= int64(oldest.clear())
	}
	return !b.isOver()
}

func (b *Budget) refund(n int) {
	b.mu.Lock()
	b.used -= int64(n)
	b.mu.Unlock()
}

// forget drops a log's bytes and its place in the line.
func (b *Budget) forget(log *Log) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, known := range b.finished {
		if known == log {
			b.finished = append(b.finished[:i:i], b.finished[i+1:]...)
			break
		}
	}
	b.used -= int64(log.clear())
}
