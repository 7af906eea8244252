package files

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"nullspace.dev/guest/internal/problem"
)

// MakeDirectory makes a directory and those above it; one that is there already is fine.
func MakeDirectory(target Target) (info Info, err error) {
	at, err := target.resolve()
	if err != nil {
		return Info{}, err
	}
	if at.path != "/" {
		if err := at.writable(); err != nil {
			return Info{}, err
		}
	}
	err = at.as(func() error {
		if found, err := os.Stat(at.path); err == nil && !found.IsDir() {
			return problem.New(problem.FileExists, at.path, "%s exists and is not a directory", at.path)
		}
		if err := os.MkdirAll(at.path, 0o755); err != nil {
			return err
		}
		info, err = describeLink(at.path)
		return err
	})
	return info, problem.FromFile(err, at.path)
}

// Remove removes a file, or a directory with all that is in it.
func Remove(target Target) error {
	at, err := target.resolve()
	if err != nil {
		return err
	}
	if err := at.writable(); err != nil {
		return err
	}
	err = at.as(func() error {
		if _, err := os.Lstat(at.path); err != nil {
			return err
		}
		return removeTree(at.path)
	})
	return problem.FromFile(err, at.path)
}

// SetPermissions sets the permission bits, links followed.
func SetPermissions(target Target, mode uint32) (info Info, err error) {
	if mode > 0o7777 {
		return Info{}, problem.New(problem.InvalidArgument, "", "mode %o has bits above 7777", mode)
	}
	at, err := target.resolve()
	if err != nil {
		return Info{}, err
	}
	if err := at.writable(); err != nil {
		return Info{}, err
	}
	err = at.as(func() error {
		if err := syscall.Chmod(at.path, mode); err != nil {
			return err
		}
		info, err = describeLink(at.path)
		return err
	})
	return info, problem.FromFile(err, at.path)
}

// Rename moves a file or directory. Folders above the new path are made, a file there is replaced.
func Rename(from Target, to string) (info Info, err error) {
	source, err := from.resolve()
	if err != nil {
		return Info{}, err
	}
	destination, err := Target{Path: to, User: from.User, Base: from.Base}.resolve()
	if err != nil {
		return Info{}, err
	}
	for _, at := range []place{source, destination} {
		if err := at.writable(); err != nil {
			return Info{}, err
		}
	}
	err = source.as(func() error {
		if _, err := os.Lstat(source.path); err != nil {
			return problem.FromFile(err, source.path)
		}
		if err := os.MkdirAll(filepath.Dir(destination.path), 0o755); err != nil {
			return err
		}
		if err := move(source.path, destination.path); err != nil {
			return explainMove(err, destination.path)
		}
		info, err = describeLink(destination.path)
		return err
	})
	return info, problem.FromFile(err, destination.path)
}

// explainMove tells what the kernel says of a rename alone.
func explainMove(err error, destination string) error {
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return problem.New(problem.NotADirectory, destination, "%s is there and not a directory; remove it first", destination)
	case errors.Is(err, syscall.EINVAL):
		return problem.New(problem.InvalidPath, destination, "%s lies below what would be moved there", destination).Because(problem.BelowItself)
	}
	return err
}
