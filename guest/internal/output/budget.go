package output

import "sync"

// Budget bounds what all logs keep together. Past it the oldest finished log is dropped first.
type Budget struct {
	mu       sync.Mutex
	limit    int64
	used     int64
	finished []*Log
}

// NewBudget makes a budget of limit bytes.
func NewBudget(limit int64) *Budget { return &Budget{limit: limit} }

// Used returns the bytes kept now.
func (b *Budget) Used() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
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
	for b.used > b.limit && len(b.finished) > 0 {
		oldest := b.finished[0]
		b.finished = b.finished[1:]
		b.used -= int64(oldest.clear())
	}
	return b.used <= b.limit
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
