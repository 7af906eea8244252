package connections

import (
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// lookAgain is how long a read waits before it looks whether it was stopped.
const lookAgain = 50 * time.Millisecond

// Detached is a connection that the runtime does not watch any more. In a guest each piece that arrives on a watched one
// wakes a thread, and is fetched by a call of its own; a read of this one waits in the kernel until all has come.
type Detached struct {
	of      *Conn
	stopped atomic.Bool

	mu sync.Mutex
	// fd is -1 once it is closed.
	fd int
}

// Detach takes a connection that was hijacked from its server away from the runtime. It stays in its set.
func (c *Conn) Detach() (*Detached, error) {
	c.set.mu.Lock()
	defer c.set.mu.Unlock()
	if _, open := c.set.busy[c]; !open {
		return nil, net.ErrClosed
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	d := &Detached{of: c}
	var failed error
	if err := raw.Control(func(fd uintptr) { d.fd, failed = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) }); err != nil {
		return nil, err
	}
	if failed != nil {
		return nil, failed
	}
	c.TCPConn.Close()
	c.detached = d
	wait := unix.NsecToTimeval(int64(lookAgain))
	if err := unix.SetsockoptTimeval(d.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &wait); err != nil {
		return d, err
	}
	return d, unix.SetNonblock(d.fd, false)
}

// Read fills all of data unless the other side ends before. It fails soon after Stop.
func (d *Detached) Read(data []byte) (read int, err error) {
	for read < len(data) && !d.stopped.Load() {
		n, _, err := unix.Recvfrom(d.fd, data[read:], unix.MSG_WAITALL)
		switch {
		case err == unix.EAGAIN || err == unix.EINTR:
		case err != nil:
			return read, err
		case n == 0:
			return read, io.EOF
		}
		read += max(0, n)
	}
	if read < len(data) {
		return read, os.ErrDeadlineExceeded
	}
	return read, nil
}

// Write writes all of data.
func (d *Detached) Write(data []byte) (written int, err error) {
	for written < len(data) {
		n, err := unix.Write(d.fd, data[written:])
		if err != nil && err != unix.EINTR {
			return written, err
		}
		written += max(0, n)
	}
	return written, nil
}

// Stop ends reading.
func (d *Detached) Stop() { d.stopped.Store(true) }

// Linger lets the other side read what it was sent before the connection ends: closed with data that nobody has read,
// it would be told to throw it away.
func (d *Detached) Linger(patience time.Duration) {
	unix.Shutdown(d.fd, unix.SHUT_WR)
	dropped := make([]byte, 64<<10)
	for end := time.Now().Add(patience); time.Now().Before(end); {
		n, err := unix.Read(d.fd, dropped)
		if n == 0 || err != nil && err != unix.EAGAIN && err != unix.EINTR {
			return
		}
	}
}

// Close ends the connection and takes it out of its set. It is for whoever reads and writes it.
func (d *Detached) Close() {
	d.of.forget()
	d.mu.Lock()
	defer d.mu.Unlock()
	unix.Close(d.fd)
	d.fd = -1
}

// cut ends it for whoever reads and writes it.
func (d *Detached) cut() error {
	d.Stop()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fd < 0 {
		return nil
	}
	return unix.Shutdown(d.fd, unix.SHUT_RDWR)
}
