// Package ceiling bounds how many processes and threads commands may have together, and keeps each command with all
// that descends from it in a group of its own. Both are the guest kernel's cgroups (version 2), kept out of sight.
// Where the kernel offers none, the package only remembers the limit.
package ceiling

import (
	"bytes"
	"os"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/smallfile"
)

const (
	unlimited = "max"
	// maxSpare empty groups are kept for the next commands, which then start without making one.
	maxSpare = 32
)

// Ceiling is the group of all commands.
type Ceiling struct {
	// folder is the open folder of the group, or -1.
	folder int

	mu    sync.Mutex
	limit uint32
	// frozen is how many have called Freeze and not Thaw yet.
	frozen int
	made   uint64
	spare  []*Group
}

// Open mounts the cgroups out of sight and makes the group of all commands. Without cgroups the ceiling only counts.
func Open() *Ceiling {
	folder, err := openFolder()
	if err != nil {
		folder = -1
	}
	return &Ceiling{folder: folder}
}

// Counting returns a ceiling without a group of the kernel's.
func Counting() *Ceiling { return &Ceiling{folder: -1} }

// Enforced tells whether the kernel refuses forks past the limit.
func (c *Ceiling) Enforced() bool { return c.folder >= 0 }

func openFolder() (int, error) {
	point, err := os.MkdirTemp("/dev/shm", ".nullspace-")
	if err != nil {
		return -1, err
	}
	defer os.Remove(point)
	if err := unix.Mount("cgroup2", point, "cgroup2", 0, ""); err != nil {
		return -1, err
	}
	// The open folder below stays usable after the mount is out of the tree.
	defer unix.Unmount(point, unix.MNT_DETACH)
	// Only controllers that are enabled above appear in the group.
	os.WriteFile(point+"/cgroup.subtree_control", []byte("+pids"), 0)
	folder := point + "/commands"
	if err := os.Mkdir(folder, 0o755); err != nil && !os.IsExist(err) {
		return -1, err
	}
	if _, err := os.Stat(folder + "/pids.max"); err != nil {
		return -1, err
	}
	return unix.Open(folder, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
}

// SetLimit sets the ceiling; 0 takes it away.
func (c *Ceiling) SetLimit(limit uint32) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit = limit
	return c.apply()
}

// Limit returns the ceiling, or 0.
func (c *Ceiling) Limit() uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.limit
}

// Freeze refuses every fork until Thaw, which must follow it.
func (c *Ceiling) Freeze() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen++
	return c.apply()
}

// Thaw takes a Freeze back. After the last one commands may fork up to the limit again.
func (c *Ceiling) Thaw() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen--
	return c.apply()
}

// Frozen tells whether every fork is refused, for a moment only.
func (c *Ceiling) Frozen() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.frozen > 0
}

// apply tells the kernel; it is called with mu held.
func (c *Ceiling) apply() error {
	switch {
	case !c.Enforced():
		return nil
	case c.frozen > 0:
		return c.setMax("0")
	case c.limit > 0:
		return c.setMax(strconv.FormatUint(uint64(c.limit), 10))
	}
	return c.setMax(unlimited)
}

func (c *Ceiling) setMax(value string) error { return smallfile.Write(c.folder, "pids.max", value) }

// Usage is how many processes and threads commands have, and how many forks were refused so far.
type Usage struct {
	Current  uint32
	Refusals uint64
}

// Usage must only be asked for where the kernel enforces the ceiling.
func (c *Ceiling) Usage() (Usage, error) {
	current, err := smallfile.Read(c.folder, "pids.current")
	if err != nil {
		return Usage{}, err
	}
	events, err := smallfile.Read(c.folder, "pids.events")
	if err != nil {
		return Usage{}, err
	}
	var usage Usage
	count, _ := strconv.ParseUint(string(bytes.TrimSpace(current)), 10, 32)
	usage.Current = uint32(count)
	_, refused, _ := bytes.Cut(bytes.TrimSpace(events), []byte("max "))
	usage.Refusals, _ = strconv.ParseUint(string(refused), 10, 64)
	return usage, nil
}
