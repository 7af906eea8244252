package files

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"nullspace.dev/guest/internal/problem"
)

// Stat describes what is at the target; false when nothing is.
func Stat(target Target) (info Info, exists bool, err error) {
	at, err := target.resolve()
	if err != nil {
		return Info{}, false, err
	}
	err = at.as(func() (err error) {
		info, err = describeLink(at.path)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return Info{}, false, nil
	}
	return info, err == nil, problem.FromFile(err, at.path)
}

// Open opens a regular file for reading and describes it.
func Open(target Target) (file *os.File, info Info, err error) {
	at, err := target.resolve()
	if err != nil {
		return nil, Info{}, err
	}
	err = at.as(func() (err error) {
		// Without O_NONBLOCK a named pipe would hold the call until somebody writes.
		if file, err = os.OpenFile(at.path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0); err != nil {
			return err
		}
		found, err := file.Stat()
		if err == nil {
			err = mustBeRegular(at.path, found)
		}
		if err == nil {
			info, err = describeLink(at.path)
		}
		if err == nil {
			info.Size = uint64(max(0, found.Size()))
		}
		return err
	})
	if err != nil && file != nil {
		file.Close()
		file = nil
	}
	return file, info, problem.FromFile(err, at.path)
}

func mustBeRegular(path string, found os.FileInfo) error {
	switch {
	case found.IsDir():
		return problem.New(problem.IsADirectory, path, "%s is a directory", path)
	case !found.Mode().IsRegular():
		return problem.New(problem.InvalidPath, path, "%s is a %s, not a regular file", path, typeOf(found.Mode())).Because(problem.NoContent)
	}
	return nil
}
