package archive

import (
	"errors"
	"io/fs"
	"strings"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/problem"
)

// folders is the way from the root to the folder of the current member, open part by part. No part is a link, and none
// leads up, so that nothing outside the root can be reached.
type folders struct {
	owner *Owner
	names []string
	// open has one more: the root comes first.
	open []int
}

func (f *folders) at() int { return f.open[len(f.open)-1] }

// enter goes to a folder, making what is missing.
func (f *folders) enter(parts []string) error {
	same := 0
	for same < len(f.names) && same < len(parts) && f.names[same] == parts[same] {
		same++
	}
	f.leaveTo(same)
	for _, part := range parts[same:] {
		fd, err := f.openOrMake(part)
		if err != nil {
			return f.blocked(part, err)
		}
		f.names, f.open = append(f.names, part), append(f.open, fd)
	}
	return nil
}

func (f *folders) openOrMake(part string) (int, error) {
	fd, err := openFolder(f.at(), part)
	if !errors.Is(err, fs.ErrNotExist) {
		return fd, err
	}
	if err := unix.Mkdirat(f.at(), part, 0o755); err != nil {
		return -1, err
	}
	if fd, err = openFolder(f.at(), part); err != nil {
		return -1, err
	}
	if err := errors.Join(unix.Fchmod(fd, 0o755), f.owner.give(fd)); err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// openFolder looks itself whether it is a folder: with O_DIRECTORY gVisor follows a link in spite of O_NOFOLLOW.
func openFolder(at int, part string) (int, error) {
	fd, err := unix.Openat(at, part, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	var stat unix.Stat_t
	if err = unix.Fstat(fd, &stat); err == nil && stat.Mode&unix.S_IFMT != unix.S_IFDIR {
		err = unix.ENOTDIR
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func (f *folders) blocked(part string, err error) error {
	if errors.Is(err, unix.ELOOP) || errors.Is(err, unix.ENOTDIR) {
		name := strings.Join(append(f.names, part), "/")
		return problem.New(problem.ArchiveInvalidPath, shown(name), "archive members lie below %.200q, which is a link or a file in the archive; nothing was unpacked", name)
	}
	return err
}

func (f *folders) leaveTo(depth int) {
	for len(f.names) > depth {
		unix.Close(f.at())
		f.names, f.open = f.names[:len(f.names)-1], f.open[:len(f.open)-1]
	}
}

func (f *folders) close() { f.leaveTo(0) }
