package output

// starvedMemoryBytes are kept in memory of each log while all of them together have too much there.
const starvedMemoryBytes = 64 << 10

// hold counts what is in memory.
func (l *Log) hold(bytes int) {
	l.held += bytes
	l.budget.memory.Add(int64(bytes))
}

// drop gives up what a segment takes, wherever it is.
func (l *Log) drop(s *segment) {
	if s.onDisk {
		l.budget.disk.giveBack(s.place)
	} else {
		l.hold(-s.cost())
		s.leave()
	}
}

// spill moves the oldest segments to the disk once the log has more in memory than it may. A disk that takes no more makes
// the window smaller: the oldest is dropped, and its place on the disk taken again.
func (l *Log) spill() {
	limit := l.limits.MemoryBytes
	if l.budget.isShort() {
		limit = starvedMemoryBytes
	}
	if l.budget.disk == nil || l.held <= limit {
		return
	}
	if limit == starvedMemoryBytes {
		l.seal()
	}
	total := l.tailBase + len(l.tail)
	if !l.headFull {
		total = len(l.head)
	}
	if total == l.refused {
		return
	}
	for _, list := range [][]*segment{l.head, l.tail} {
		for i, s := range list {
			newest := i == len(list)-1 && !s.sealed && (!l.headFull || len(l.tail) > 0 && s == l.tail[len(l.tail)-1])
			if s.onDisk || newest {
				continue
			}
			if l.held <= limit/2 {
				return
			}
			place, err := l.budget.disk.store(s)
			if err != nil {
				l.refused = total
				l.shrink()
				return
			}
			l.hold(-s.cost())
			s.moved(place)
			l.room = min(l.limits.TailBytes, l.room+s.size)
		}
	}
}

// seal ends the newest segment, unless it is too small to be worth a place of its own.
func (l *Log) seal() {
	list := l.head
	if l.headFull {
		list = l.tail
	}
	if n := len(list); n > 0 && (list[n-1].size >= busyBytes || l.ended) {
		list[n-1].sealed = true
	}
}

func (l *Log) shrink() {
	if !l.headFull {
		l.endHead()
		return
	}
	l.room = max(l.limits.MemoryBytes, min(l.room, l.tailBytes)-ChunkBytes)
}

// content returns what a segment holds; false when the disk does not give it back.
func (l *Log) content(s *segment) (data []byte, runs []run, ok bool) {
	if !s.onDisk {
		return s.data, s.runs, true
	}
	data, runs, err := l.budget.disk.load(s, nil)
	return data, runs, err == nil
}
