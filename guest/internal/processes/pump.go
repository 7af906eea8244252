package processes

import (
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/output"
)

var buffers = sync.Pool{New: func() any { return new([output.ChunkBytes]byte) }}

// pump moves what the command writes into its log until nobody can write any more.
func (p *Process) pump(stream output.Stream, pipe *os.File) {
	defer p.pumpEnded()
	defer pipe.Close()
	raw, err := pipe.SyscallConn()
	if err != nil {
		return
	}
	for open := true; open; {
		// The buffer is taken only when there is something to read: a waiting pump holds none.
		err := raw.Read(func(fd uintptr) bool {
			buffer := buffers.Get().(*[output.ChunkBytes]byte)
			defer buffers.Put(buffer)
			n, err := unix.Read(int(fd), buffer[:])
			if err == unix.EAGAIN {
				return false
			}
			if n > 0 {
				p.Log.Append(stream, buffer[:n])
			}
			open = n > 0 || err == unix.EINTR
			return true
		})
		if err != nil {
			return
		}
	}
}
