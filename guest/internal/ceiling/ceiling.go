// Package ceiling bounds how many processes and threads commands may have together. It uses the guest kernel's own
// pids group: forks past the limit fail with EAGAIN. Where there is none, processes are counted.
package ceiling

import (
	"os"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

const unlimited = "max"

// Ceiling is the group of all commands.
type Ceiling struct {
	mu sync.Mutex
	// group is the open folder of the pids group, or -1.
	group int
	limit uint32
	// members of the group that are the agent's own threads.
	own uint32
}

// Open mounts the pids controller out of sight and makes the group. Without one the ceiling only counts.
func Open() *Ceiling {
	group, err := openGroup()
	if err != nil {
		group = -1
	}
	return &Ceiling{group: group}
}

// Counting returns a ceiling without a group of the kernel's.
func Counting() *Ceiling { return &Ceiling{group: -1} }

// Enforced tells whether the kernel refuses forks past the limit.
func (c *Ceiling) Enforced() bool { return c.group >= 0 }

func openGroup() (int, error) {
	point, err := os.MkdirTemp("/dev/shm", ".nullspace-")
	if err != nil {
		if point, err = os.MkdirTemp("", ".nullspace-"); err != nil {
			return -1, err
		}
	}
	defer os.Remove(point)
	if err := unix.Mount("cgroup", point, "cgroup", 0, "pids"); err != nil {
		return -1, err
	}
	// The open folder below stays usable after the mount is out of the tree.
	defer unix.Unmount(point, unix.MNT_DETACH)
	folder := point + "/commands"
	if err := os.Mkdir(folder, 0o755); err != nil && !os.IsExist(err) {
		return -1, err
	}
	return unix.Open(folder, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
}

// JoinThread moves the calling thread, which must be locked to its goroutine, into the group. What it forks is in it too.
func (c *Ceiling) JoinThread() error {
	if !c.Enforced() {
		return nil
	}
	if err := c.write("tasks", strconv.Itoa(unix.Gettid())); err != nil {
		return err
	}
	c.mu.Lock()
	c.own++
	c.mu.Unlock()
	return nil
}

// SetLimit sets the ceiling; 0 takes it away.
func (c *Ceiling) SetLimit(limit uint32) error {
	c.mu.Lock()
	c.limit = limit
	c.mu.Unlock()
	return c.Thaw()
}

// Limit returns the ceiling, or 0.
func (c *Ceiling) Limit() uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.limit
}

// Freeze refuses every fork until Thaw.
func (c *Ceiling) Freeze() error {
	if !c.Enforced() {
		return nil
	}
	return c.write("pids.max", "0")
}

// Thaw lets commands fork up to the limit.
func (c *Ceiling) Thaw() error {
	if !c.Enforced() {
		return nil
	}
	c.mu.Lock()
	value := unlimited
	if c.limit > 0 {
		value = strconv.FormatUint(uint64(c.limit)+uint64(c.own), 10)
	}
	c.mu.Unlock()
	return c.write("pids.max", value)
}

// Current returns the number of processes and threads in the group. It must not be called where nothing enforces.
func (c *Ceiling) Current() (uint32, error) {
	fd, err := unix.Openat(c.group, "pids.current", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	buffer := make([]byte, 32)
	n, err := unix.Read(fd, buffer)
	if err != nil {
		return 0, err
	}
	value, err := strconv.ParseUint(strings.TrimSpace(string(buffer[:n])), 10, 32)
	c.mu.Lock()
	defer c.mu.Unlock()
	return uint32(value) - min(c.own, uint32(value)), err
}

func (c *Ceiling) write(name, value string) error {
	fd, err := unix.Openat(c.group, name, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	_, err = unix.Write(fd, []byte(value))
	return err
}
