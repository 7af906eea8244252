package files

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"nullspace.dev/guest/internal/problem"
)

// move renames, and copies between file systems.
func move(source, destination string) error {
	err := syscall.Rename(source, destination)
	if !errors.Is(err, syscall.EXDEV) {
		return err
	}
	staged := filepath.Join(filepath.Dir(destination), temporaryName())
	if err = copyTree(source, staged); err == nil {
		err = syscall.Rename(staged, destination)
	}
	if err != nil {
		removeTree(staged)
		return err
	}
	return removeTree(source)
}

func copyTree(source, destination string) error {
	found, err := os.Lstat(source)
	if err != nil {
		return err
	}
	switch {
	case found.Mode()&os.ModeSymlink != 0:
		target, err := os.Readlink(source)
		if err != nil {
			return err
		}
		err = os.Symlink(target, destination)
		return errors.Join(err, keepOwner(destination, found))
	case found.IsDir():
		return copyDirectory(source, destination, found)
	case found.Mode().IsRegular():
		return copyFile(source, destination, found)
	}
	return problem.New(problem.InvalidPath, source, "%s is a %s and cannot be moved to another file system", source, typeOf(found.Mode())).Because(problem.NoContent)
}

func copyDirectory(source, destination string, found os.FileInfo) error {
	if err := os.Mkdir(destination, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(source)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := copyTree(filepath.Join(source, entry.Name()), filepath.Join(destination, entry.Name())); err != nil {
			return err
		}
	}
	return keepAttributes(destination, found)
}

func copyFile(source, destination string, found os.FileInfo) error {
	from, err := os.Open(source)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(destination, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Close()); err != nil {
		return err
	}
	return keepAttributes(destination, found)
}

func keepAttributes(path string, found os.FileInfo) error {
	if err := keepOwner(path, found); err != nil {
		return err
	}
	if err := syscall.Chmod(path, bits(found.Mode())); err != nil {
		return err
	}
	return os.Chtimes(path, found.ModTime(), found.ModTime())
}

// Only root can give a file away: for others the copy stays theirs, as with mv.
func keepOwner(path string, found os.FileInfo) error {
	stat, ok := found.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	if err := os.Lchown(path, int(stat.Uid), int(stat.Gid)); err != nil && !errors.Is(err, syscall.EPERM) {
		return err
	}
	return nil
}
