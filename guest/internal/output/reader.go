package output

import (
	"context"
	"io"
	"time"
)

// Reader follows a log. It is used by one goroutine.
type Reader struct {
	log *Log
	// next is the index of the first segment that may hold unread bytes.
	next int
	// place is where it stands in that segment.
	place  cursor
	want   [3]uint64
	lagged bool
	// held is the segment of the piece that was read last.
	held *segment
}

// Piece is a run of bytes at its place in the stream. Its data is valid until its reader is asked for the next one or
// closed.
type Piece struct {
	Stream Stream
	Offset uint64
	Data   []byte
}

// Attach begins to read each stream at the given offsets. What was not written yet is waited for.
func (l *Log) Attach(stdout, stderr uint64) *Reader {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.attach(stdout, stderr)
}

// AttachAtEnd begins to read what comes after the call, and before it the last bytes of stdout.
func (l *Log) AttachAtEnd(last uint64) *Reader {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.attach(l.written[Stdout]-min(last, l.written[Stdout]), l.written[Stderr])
}

func (l *Log) attach(stdout, stderr uint64) *Reader {
	reader := &Reader{log: l, want: [3]uint64{Stdout: stdout, Stderr: stderr}}
	if l.readers == nil {
		l.readers = map[*Reader]struct{}{}
	}
	if l.expected != nil {
		delete(l.readers, l.expected)
		l.expected = nil
		l.advanced()
	}
	l.readers[reader] = struct{}{}
	reader.skipRead()
	return reader
}

// ExpectReader makes writers wait for a reader from the first byte as if it were there already.
func (l *Log) ExpectReader() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expected = l.attach(0, 0)
}

// Offsets are the next bytes that the reader gets.
func (r *Reader) Offsets() (stdout, stderr uint64) {
	r.log.mu.Lock()
	defer r.log.mu.Unlock()
	return r.want[Stdout], r.want[Stderr]
}

// Close detaches the reader: writers no longer wait for it.
func (r *Reader) Close() {
	r.log.mu.Lock()
	defer r.log.mu.Unlock()
	delete(r.log.readers, r)
	r.letGo()
	r.log.advanced()
}

func (r *Reader) letGo() {
	if r.held != nil {
		r.held.release()
		r.held = nil
	}
}

// Next waits for the next piece. It returns io.EOF after the last one of a finished command.
func (r *Reader) Next(ctx context.Context) (Piece, error) {
	for {
		r.log.mu.Lock()
		r.letGo()
		piece, found := r.take()
		if found {
			r.log.advanced()
			r.log.mu.Unlock()
			return piece, nil
		}
		if r.log.ended || r.log.cleared {
			r.log.mu.Unlock()
			return Piece{}, io.EOF
		}
		if r.log.changed == nil {
			r.log.changed = make(chan struct{})
		}
		changed := r.log.changed
		r.log.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return Piece{}, ctx.Err()
		}
	}
}

func (r *Reader) take() (Piece, bool) {
	for {
		r.skipRead()
		unread := r.log.segmentAt(r.next)
		if unread == nil || !unread.hasUnread(r.want) {
			r.lagged = false
			return Piece{}, false
		}
		piece, ok := r.place.next(r.log, unread, &r.want)
		if ok {
			r.held = unread
			unread.hold()
			return piece, true
		}
		// The disk does not give it back: it is lost like what was dropped.
		for stream := range r.want {
			r.want[stream] = max(r.want[stream], unread.to[stream])
		}
	}
}

// skipRead moves to the first segment with unread bytes; the newest one may still grow and is not passed.
func (r *Reader) skipRead() {
	l := r.log
	for {
		r.next = l.existing(r.next)
		current := l.segmentAt(r.next)
		if current == nil || current.hasUnread(r.want) {
			return
		}
		closed := l.headFull && r.next < len(l.head)
		if !closed && l.segmentAt(l.existing(r.next+1)) == nil {
			return
		}
		r.next++
	}
}

// existing moves an index over segments that are no longer kept.
func (l *Log) existing(index int) int {
	if l.headFull && index >= len(l.head) {
		return max(index, l.tailBase)
	}
	return index
}

// segmentAt returns the segment with a number counted from the start, or nil if there is none (yet, or any more).
func (l *Log) segmentAt(index int) *segment {
	if index < len(l.head) {
		return l.head[index]
	}
	if at := index - l.tailBase; l.headFull && at >= 0 && at < len(l.tail) {
		return l.tail[at]
	}
	return nil
}

// advanced tells a waiting writer that a reader read on or left.
func (l *Log) advanced() {
	if l.progress != nil {
		close(l.progress)
		l.progress = nil
	}
}

// awaitReaders waits until no attached reader needs the segments that n more bytes push out of the tail.
func (l *Log) awaitReaders(n, limit int) {
	var timer *time.Timer
	for !l.cleared {
		slow := l.slowReaders(n, limit)
		if len(slow) == 0 {
			break
		}
		if l.progress == nil {
			l.progress = make(chan struct{})
		}
		progress := l.progress
		if timer == nil {
			timer = time.NewTimer(l.limits.Patience)
			defer timer.Stop()
		}
		l.mu.Unlock()
		select {
		case <-progress:
			l.mu.Lock()
		case <-timer.C:
			l.mu.Lock()
			// They are waited for again once they have caught up.
			for _, reader := range l.slowReaders(n, limit) {
				reader.lagged = true
			}
		}
	}
}

func (l *Log) slowReaders(n, limit int) (slow []*Reader) {
	lost, size := l.tailBase, l.tailBytes+n
	for _, oldest := range l.tail {
		if size <= limit {
			break
		}
		size -= oldest.size
		lost++
	}
	if lost == l.tailBase {
		return nil
	}
	for reader := range l.readers {
		reader.skipRead()
		if !reader.lagged && reader.next < lost {
			slow = append(slow, reader)
		}
	}
	return slow
}
