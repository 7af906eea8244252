package output

// Kept is the start of a command's output.
type Kept struct {
	Stdout, Stderr []byte
	// Output holds both in the order of arrival.
	Output    []byte
	Truncated bool
}

// Snapshot copies the head.
func (l *Log) Snapshot() Kept {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := Kept{
		Stdout: make([]byte, 0, l.headOf(Stdout)),
		Stderr: make([]byte, 0, l.headOf(Stderr)),
		Output: make([]byte, 0, l.headBytes),
	}
	for _, piece := range l.head {
		kept.Output = append(kept.Output, piece.data...)
		if piece.stream == Stdout {
			kept.Stdout = append(kept.Stdout, piece.data...)
		} else {
			kept.Stderr = append(kept.Stderr, piece.data...)
		}
	}
	kept.Truncated = l.written[Stdout]+l.written[Stderr] > uint64(l.headBytes)
	return kept
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
	for _, piece := range l.head {
		if piece.stream == stream {
			take(piece.data)
		}
	}
	take(l.captured[stream])
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
		l.budget.refund(freed)
	}
}

func (l *Log) headOf(stream Stream) (size int) {
	for _, piece := range l.head {
		if piece.stream == stream {
			size += len(piece.data)
		}
	}
	return size
}
