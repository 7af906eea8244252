package output

// cursor is a place in a segment.
type cursor struct {
	segment *segment
	// data and runs are those of a segment that was read from the disk. The next one is read into the same memory.
	data []byte
	runs []run
	// run is the next one to look at, at where its bytes begin, and offsets what comes before it.
	run     int
	at      int
	offsets [3]uint64
}

// next returns the first bytes of a segment that are wanted; there must be some. It is false when the disk does not give
// them back.
func (c *cursor) next(log *Log, s *segment, want *[3]uint64) (Piece, bool) {
	if c.segment != s {
		*c = cursor{segment: s, offsets: s.from, data: c.data}
	}
	data, runs := s.data, s.runs
	if s.onDisk {
		if c.runs == nil {
			var err error
			if c.data, c.runs, err = log.budget.disk.load(s, c.data); err != nil {
				c.runs = nil
				return Piece{}, false
			}
		}
		data, runs = c.data, c.runs
	}
	for c.run < len(runs) {
		stream, length := runs[c.run].stream(), runs[c.run].length()
		start, end := c.offsets[stream], c.offsets[stream]+uint64(length)
		if first := max(start, want[stream]); first < end {
			want[stream] = end
			return Piece{Stream: stream, Offset: first, Data: data[c.at+int(first-start) : c.at+length]}, true
		}
		c.offsets[stream] = end
		c.at += length
		c.run++
	}
	return Piece{}, false
}
