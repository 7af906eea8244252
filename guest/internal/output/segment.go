package output

import "sync"

// ChunkBytes is what a segment holds at most, and so the largest piece that a reader gets.
const ChunkBytes = 256 << 10

const (
	// busyBytes at once are the mark of a command that writes more than a segment: its segments are made at full size.
	busyBytes = 32 << 10
	// maxRuns bounds what a segment costs beside its bytes.
	maxRuns = 8192
	// runBytes is what a run costs, in memory and on the disk.
	runBytes = 4
	// smallestSegment keeps a starved log from falling into crumbs.
	smallestSegment = 16 << 10
)

// run is so many bytes of one stream, which the highest bit names.
type run uint32

const stderrRun run = 1 << 31

func newRun(stream Stream, length int) run {
	if stream == Stderr {
		return stderrRun | run(length)
	}
	return run(length)
}

func (r run) stream() Stream {
	if r&stderrRun != 0 {
		return Stderr
	}
	return Stdout
}

func (r run) length() int { return int(r &^ stderrRun) }

// segment is a stretch of output in the order of arrival. The newest one grows, and only at its end, so that a slice of
// its data stays valid without a lock while it is in a log or held.
type segment struct {
	// data and runs are nil while the segment is on the disk.
	data []byte
	runs []run
	size int
	// count of runs, also while they are on the disk.
	count int
	// from and to are the offsets of each stream before the segment and after it.
	from, to [3]uint64
	// sealed segments do not grow any more.
	sealed bool
	onDisk bool
	place  extent
	// held counts the readers that have a piece of its data.
	held int
	gone bool
}

// rooms are given back by segments that nobody sees any more. Memory that is made new for each costs a page fault for
// every page of it, and collections of garbage, several times what moving the output costs.
var rooms = sync.Pool{New: func() any { return new([ChunkBytes]byte) }}

// hold keeps the data of a segment as it is until release.
func (s *segment) hold() { s.held++ }

func (s *segment) release() {
	s.held--
	s.reuse()
}

// leave gives up the data of a segment that is in no log any more.
func (s *segment) leave() {
	s.gone = true
	s.reuse()
}

// moved says that its data is on the disk. Whoever has a piece of it has that in memory still.
func (s *segment) moved(place extent) {
	if s.held == 0 && cap(s.data) == ChunkBytes {
		rooms.Put((*[ChunkBytes]byte)(s.data[:ChunkBytes]))
	}
	s.place, s.onDisk, s.sealed, s.data, s.runs = place, true, true, nil, nil
}

func (s *segment) reuse() {
	if s.gone && s.held == 0 && cap(s.data) == ChunkBytes {
		rooms.Put((*[ChunkBytes]byte)(s.data[:ChunkBytes]))
		s.data = nil
	}
}

// cost is what it takes in memory, or on the disk.
func (s *segment) cost() int { return s.size + runBytes*s.count }

// hasUnread tells whether it holds bytes after those that a reader has.
func (s *segment) hasUnread(want [3]uint64) bool {
	for _, stream := range []Stream{Stdout, Stderr} {
		if s.to[stream] > max(want[stream], s.from[stream]) {
			return true
		}
	}
	return false
}

// add appends as much of data as fits into most bytes and returns how much that was.
func (s *segment) add(stream Stream, data []byte, most int) int {
	taken := min(len(data), most-s.size)
	last := len(s.runs) - 1
	extends := last >= 0 && s.runs[last].stream() == stream
	if s.sealed || taken <= 0 || !extends && len(s.runs) == maxRuns {
		return 0
	}
	s.data = append(s.data, data[:taken]...)
	s.size += taken
	s.to[stream] += uint64(taken)
	if extends {
		s.runs[last] += run(taken)
	} else {
		s.runs = append(s.runs, newRun(stream, taken))
		s.count++
	}
	return taken
}

// extend appends to the list, filling up its last segment first. Segments get at most most bytes each.
func extend(segments []*segment, stream Stream, placed *[3]uint64, data []byte, most int) []*segment {
	for len(data) > 0 {
		taken := 0
		if n := len(segments); n > 0 {
			taken = segments[n-1].add(stream, data, most)
		}
		if taken == 0 {
			next := &segment{from: *placed, to: *placed}
			if len(data) >= busyBytes {
				next.data = rooms.Get().(*[ChunkBytes]byte)[:0]
			}
			segments = append(segments, next)
			continue
		}
		placed[stream] += uint64(taken)
		data = data[taken:]
	}
	return segments
}
