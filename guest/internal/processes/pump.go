package processes

import (
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/output"
)

var buffers = sync.Pool{New: func() any { return new([output.ChunkBytes]byte) }}

// pump moves what a command writes to one stream into its log.
type pump struct {
	process *Process
	stream  output.Stream
	pipe    *os.File

	// holds is set while a piece is on its way from the pipe into the log.
	holds atomic.Bool

	mu sync.Mutex
	// busy is set once the command filled the pipe, which is then made larger.
	busy bool
	// quick counts short reads in a row, each soon after the one before.
	quick int
	last  time.Time
	// ended is set when nobody can write any more.
	ended bool
}

// run reads until the end of the stream.
func (p *pump) run() {
	defer p.pipe.Close()
	raw, err := p.pipe.SyscallConn()
	for err == nil {
		var more bool
		err = raw.Read(func(fd uintptr) bool {
			p.mu.Lock()
			defer p.mu.Unlock()
			var ready bool
			ready, more = p.read(int(fd))
			return ready
		})
		if !more {
			break
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end()
}

const (
	// pipeBytes is what a pipe holds before it is made larger.
	pipeBytes      = 64 << 10
	largePipeBytes = 1 << 20

	shortRead    = 4 << 10
	soon         = 2 * time.Millisecond
	patientReads = 8
	rest         = time.Millisecond
)

// maxDrained reads hold more than a pipe does: a background child that writes on and on is left to run.
const maxDrained = 64

// drain takes what is in the pipe now; false when run is at it already.
func (p *pump) drain() bool {
	if !p.mu.TryLock() {
		return false
	}
	defer p.mu.Unlock()
	p.empty()
	return true
}

// drainLater takes what is in the pipe once run has put away what it holds.
func (p *pump) drainLater() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.empty()
}

func (p *pump) empty() {
	raw, err := p.pipe.SyscallConn()
	if err != nil {
		return
	}
	raw.Control(func(fd uintptr) {
		for range maxDrained {
			if ready, more := p.read(int(fd)); !ready || !more {
				return
			}
		}
	})
}

// hasUnread tells whether something waits in the pipe, or is on its way out of it.
func (p *pump) hasUnread() bool {
	raw, err := p.pipe.SyscallConn()
	if err != nil {
		return false
	}
	waits := false
	raw.Control(func(fd uintptr) {
		asked := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, err := unix.Poll(asked, 0)
		waits = err == nil && n > 0 && asked[0].Revents&unix.POLLIN != 0
	})
	return waits || p.holds.Load()
}

// read takes one piece. The buffer is held only meanwhile: a waiting pump has none.
func (p *pump) read(fd int) (ready, more bool) {
	if p.ended {
		return true, false
	}
	buffer := buffers.Get().(*[output.ChunkBytes]byte)
	defer buffers.Put(buffer)
	n, err := unix.Read(fd, buffer[:])
	switch {
	case err == unix.EAGAIN:
		return false, true
	case err == unix.EINTR:
		return true, true
	case n <= 0:
		p.end()
		return true, false
	}
	if n >= pipeBytes && !p.busy {
		p.busy = true
		unix.FcntlInt(uintptr(fd), unix.F_SETPIPE_SZ, largePipeBytes)
	}
	p.holds.Store(true)
	p.process.Log.Append(p.stream, buffer[:n])
	p.holds.Store(false)
	p.pace(n)
	return true, true
}

// pace rests when a command writes many short pieces one after another: a moment later they are there together. What
// comes alone, as the echo of a key, never waits.
func (p *pump) pace(n int) {
	now := time.Now()
	if n < shortRead && now.Sub(p.last) < soon {
		p.quick++
	} else {
		p.quick = 0
	}
	if p.quick >= patientReads {
		time.Sleep(rest)
		now = time.Now()
	}
	p.last = now
}

func (p *pump) end() {
	if !p.ended {
		p.ended = true
		p.process.pumpEnded()
	}
}
