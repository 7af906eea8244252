package ceiling

import (
	"bytes"
	"errors"
	"strconv"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/smallfile"
)

// Group holds one command and all that descends from it: a process cannot leave it by a new session or parent.
type Group struct {
	name   string
	folder int
}

// Take returns an empty group, or nil where there are none.
func (c *Ceiling) Take() (*Group, error) {
	if !c.Enforced() {
		return nil, nil
	}
	c.mu.Lock()
	if last := len(c.spare) - 1; last >= 0 {
		group := c.spare[last]
		c.spare = c.spare[:last]
		c.mu.Unlock()
		return group, nil
	}
	c.made++
	name := strconv.FormatUint(c.made, 36)
	c.mu.Unlock()
	if err := unix.Mkdirat(c.folder, name, 0o755); err != nil {
		return nil, err
	}
	folder, err := unix.Openat(c.folder, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, errors.Join(err, unix.Unlinkat(c.folder, name, unix.AT_REMOVEDIR))
	}
	return &Group{name: name, folder: folder}, nil
}

// Return takes back a group; false when it is still in use by a process.
func (c *Ceiling) Return(group *Group) bool {
	if group.Populated() {
		return false
	}
	c.mu.Lock()
	keep := len(c.spare) < maxSpare
	if keep {
		c.spare = append(c.spare, group)
	}
	c.mu.Unlock()
	if !keep {
		unix.Close(group.folder)
		unix.Unlinkat(c.folder, group.name, unix.AT_REMOVEDIR)
	}
	return true
}

// Folder is the descriptor that a process is started into.
func (g *Group) Folder() int { return g.folder }

// Populated tells whether any process is in the group.
func (g *Group) Populated() bool {
	events, err := smallfile.Read(g.folder, "cgroup.events")
	return err != nil || bytes.Contains(events, []byte("populated 1"))
}

// Kill ends every process of the group, also those that it forks meanwhile.
func (g *Group) Kill() error { return smallfile.Write(g.folder, "cgroup.kill", "1") }

// Members lists the processes of the group.
func (g *Group) Members() []int {
	content, err := smallfile.Read(g.folder, "cgroup.procs")
	if err != nil {
		return nil
	}
	var members []int
	for line := range bytes.Lines(content) {
		if pid, err := strconv.Atoi(string(bytes.TrimSpace(line))); err == nil && pid > 1 {
			members = append(members, pid)
		}
	}
	return members
}
