// Package output keeps what commands write and hands it to readers.
package output

import "sync"

// Stream tells stdout and stderr apart; the values are those of the protocol.
type Stream uint8

const (
	Stdout Stream = 1
	Stderr Stream = 2
)

// ChunkBytes is the largest piece that a reader gets.
const ChunkBytes = 256 << 10

// busyBytes at once are the mark of a command that writes more than a chunk: its chunks are made at their full size.
const busyBytes = 32 << 10

// chunk is a run of bytes of one stream. Its data only grows, so that a slice of it stays valid without a lock while
// it is in a log or held.
type chunk struct {
	stream Stream
	offset uint64
	data   []byte
	// held counts the readers that have a piece of it.
	held    int
	dropped bool
}

func (c *chunk) end() uint64 { return c.offset + uint64(len(c.data)) }

// rooms are given back by chunks that nobody sees any more. Memory that is made new for each costs a page fault for
// every page of it, and collections of garbage, several times what moving the output costs.
var rooms = sync.Pool{New: func() any { return new([ChunkBytes]byte) }}

// hold keeps the bytes of a chunk as they are until release.
func (c *chunk) hold() { c.held++ }

func (c *chunk) release() {
	c.held--
	c.reuse()
}

// drop gives a chunk up that is in no log any more.
func (c *chunk) drop() {
	c.dropped = true
	c.reuse()
}

func (c *chunk) reuse() {
	if !c.dropped || c.held > 0 || cap(c.data) != ChunkBytes {
		return
	}
	rooms.Put((*[ChunkBytes]byte)(c.data[:ChunkBytes]))
	c.data = nil
}

// extend appends to the list, filling up the last chunk where it is of the same stream.
func extend(chunks []*chunk, stream Stream, offset uint64, data []byte) []*chunk {
	if n := len(chunks); n > 0 {
		last := chunks[n-1]
		if room := ChunkBytes - len(last.data); last.stream == stream && last.end() == offset && room > 0 {
			taken := min(room, len(data))
			last.data = append(last.data, data[:taken]...)
			offset += uint64(taken)
			data = data[taken:]
		}
	}
	for len(data) > 0 {
		taken := min(ChunkBytes, len(data))
		var room []byte
		if taken >= busyBytes {
			room = rooms.Get().(*[ChunkBytes]byte)[:0]
		}
		chunks = append(chunks, &chunk{stream: stream, offset: offset, data: append(room, data[:taken]...)})
		offset += uint64(taken)
		data = data[taken:]
	}
	return chunks
}
