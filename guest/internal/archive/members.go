package archive

import (
	"errors"
	"io"
	"strings"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/problem"
)

// closedFolder gets its permissions last: until then its account has to write to it.
type closedFolder struct {
	parts []string
	mode  uint32
}

func (u *unpacking) folder(parts []string, mode uint32) error {
	if err := u.folders.enter(parts); err != nil {
		return err
	}
	if mode&0o700 == 0o700 {
		return unix.Fchmod(u.folders.at(), mode)
	}
	if u.closedBytes += len(parts) + len(strings.Join(parts, "/")); u.closedBytes > maxClosedNames {
		return problem.New(problem.ArchiveTooLarge, "", "the archive holds too many folders that their owner may not use; nothing was unpacked")
	}
	u.closed = append(u.closed, closedFolder{parts: parts, mode: mode})
	return nil
}

// closeFolders takes the permissions away, the deepest folders first.
func (u *unpacking) closeFolders() error {
	for i := len(u.closed) - 1; i >= 0; i-- {
		if err := u.folders.enter(u.closed[i].parts); err != nil {
			return err
		}
		if err := unix.Fchmod(u.folders.at(), u.closed[i].mode); err != nil {
			return err
		}
	}
	return nil
}

func (u *unpacking) file(parts []string, mode uint32, size int64, content io.Reader) error {
	last := len(parts) - 1
	if err := u.folders.enter(parts[:last]); err != nil {
		return err
	}
	fd, err := unix.Openat(u.folders.at(), parts[last], unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return twice(parts, err)
	}
	defer unix.Close(fd)
	if size > 0 {
		if u.buffer == nil {
			u.buffer = make([]byte, 256<<10)
		}
		if _, err := io.CopyBuffer(written{fd}, content, u.buffer); err != nil {
			return err
		}
	}
	u.result.Files++
	return errors.Join(u.options.Owner.give(fd), unix.Fchmod(fd, mode))
}

// written is an open file. What package os does besides for each one takes longer in gVisor than the writing of a small one.
type written struct{ fd int }

func (w written) Write(data []byte) (done int, err error) {
	for done < len(data) {
		n, err := retried(func() (int, error) { return unix.Write(w.fd, data[done:]) })
		if err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}

func (u *unpacking) link(parts []string, target string) error {
	if err := checkLink(parts, target); err != nil {
		return err
	}
	last := len(parts) - 1
	if err := u.folders.enter(parts[:last]); err != nil {
		return err
	}
	if err := unix.Symlinkat(target, u.folders.at(), parts[last]); err != nil {
		return twice(parts, err)
	}
	u.result.Files++
	if owner := u.options.Owner; owner != nil {
		return unix.Fchownat(u.folders.at(), parts[last], owner.UID, owner.GID, unix.AT_SYMLINK_NOFOLLOW)
	}
	return nil
}

func twice(parts []string, err error) error {
	if !errors.Is(err, unix.EEXIST) {
		return err
	}
	name := strings.Join(parts, "/")
	return problem.New(problem.ArchiveInvalidPath, shown(name), "archive member %.200q is there twice; nothing was unpacked", name)
}
