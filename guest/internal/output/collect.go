package output

// Kept is the start of a command's output.
type Kept struct {
	Stdout, Stderr []byte
	// Output holds both in the order of arrival.
	Output    []byte
	Truncated bool
}

// Snapshot copies the head. What the disk does not give back ends it.
func (l *Log) Snapshot() Kept {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := Kept{
		Stdout: make([]byte, 0, l.headOf(Stdout)),
		Stderr: make([]byte, 0, l.headOf(Stderr)),
		Output: make([]byte, 0, l.headBytes),
	}
	whole := l.eachOfHead(func(stream Stream, data []byte) {
		kept.Output = append(kept.Output, data...)
		if stream == Stdout {
			kept.Stdout = append(kept.Stdout, data...)
		} else {
			kept.Stderr = append(kept.Stderr, data...)
		}
	})
	kept.Truncated = !whole || l.written[Stdout]+l.written[Stderr] > uint64(l.headBytes)
	return kept
}

// eachOfHead visits the pieces of the head in their order; false when the disk did not give all of it back.
func (l *Log) eachOfHead(visit func(stream Stream, data []byte)) bool {
	for _, s := range l.head {
		data, runs, ok := l.content(s)
		if !ok {
			return false
		}
		for _, run := range runs {
			visit(run.stream(), data[:run.length()])
			data = data[run.length():]
		}
	}
	return true
}

// Counts are the bytes that were written, and how many of them are no longer kept.
type Counts struct{ Stdout, Stderr, Dropped uint64 }

// Counts of the log so far.
func (l *Log) Counts() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := Counts{Stdout: l.written[Stdout], Stderr: l.written[Stderr]}
	counts.Dropped = counts.Stdout + counts.Stderr - uint64(l.headBytes+l.tailBytes)
	return counts
}

// Collect returns the first limit bytes of a stream and whether it was longer.
func (l *Log) Collect(stream Stream, limit uint64) (data []byte, truncated bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if size := min(limit, uint64(l.headOf(stream)+len(l.captured[stream]))); size > 0 {
		data = make([]byte, 0, size)
	}
	take := func(piece []byte) {
		data = append(data, piece[:min(uint64(len(piece)), limit-uint64(len(data)))]...)
	}
	whole := l.eachOfHead(func(of Stream, piece []byte) {
		if of == stream {
			take(piece)
		}
	})
	if whole {
		take(l.captured[stream])
	}
	return data, l.written[stream] > uint64(len(data))
}

// Release gives up what was kept for Collect alone.
func (l *Log) Release() {
	l.mu.Lock()
	freed := len(l.captured[Stdout]) + len(l.captured[Stderr])
	l.captured = [3][]byte{}
	l.capture = 0
	l.mu.Unlock()
	if freed > 0 {
		l.budget.memory.Add(-int64(freed))
		l.budget.refund(freed)
	}
}

func (l *Log) headOf(stream Stream) (size int) {
	for _, s := range l.head {
		size += int(s.to[stream] - s.from[stream])
	}
	return size
}
