package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/problem"
)

func (u *unpacked) publish() error {
	switch {
	case u.exists && u.conflict == Merge:
		return merge(u.staged, u.real, u.keepFolders)
	case u.exists:
		return u.replace()
	}
	err := unix.Renameat2(unix.AT_FDCWD, u.staged, unix.AT_FDCWD, u.real, unix.RENAME_NOREPLACE)
	if errors.Is(err, fs.ErrExist) {
		return problem.New(problem.TargetExists, u.at.path, "%s was made meanwhile; try again", u.at.path)
	}
	return err
}

// replace moves the old folder aside and back again when the new one cannot come.
func (u *unpacked) replace() error {
	aside := filepath.Join(filepath.Dir(u.real), temporaryName())
	if err := os.Rename(u.real, aside); err != nil {
		return err
	}
	if err := os.Rename(u.staged, u.real); err != nil {
		return errors.Join(err, os.Rename(aside, u.real))
	}
	return removeTree(aside)
}

// clean removes what is left. The agent's own rights reach what the account closed to itself.
func (u *unpacked) clean() {
	if u.staged != "" {
		removeTree(u.staged)
	}
	if u.done {
		return
	}
	for _, folder := range u.made {
		os.Remove(folder)
	}
}
