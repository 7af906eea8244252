package files

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/problem"
)

// removeTree removes a path and all below it, and stops at the first thing that cannot go. It never goes through a link:
// os.RemoveAll opens folders with O_DIRECTORY, with which gVisor follows links in spite of O_NOFOLLOW. Nor does it leave
// the file system, whose mounts are in use. Nothing there is fine.
func removeTree(path string) error {
	folder, err := unix.Open(filepath.Dir(path), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return ignoreMissing(err)
	}
	defer unix.Close(folder)
	var stat unix.Stat_t
	if err := unix.Fstat(folder, &stat); err != nil {
		return err
	}
	return removeEntry(folder, filepath.Base(path), stat.Dev, path)
}

func removeEntry(folder int, name string, device uint64, path string) error {
	var stat unix.Stat_t
	if err := unix.Fstatat(folder, name, &stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return ignoreMissing(err)
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFDIR {
		return ignoreMissing(unix.Unlinkat(folder, name, 0))
	}
	if stat.Dev != device {
		return problem.New(problem.PermissionDenied, path, "%s is in use by the system as a mount point", path)
	}
	// One that is empty may go without being read.
	err := ignoreMissing(unix.Unlinkat(folder, name, unix.AT_REMOVEDIR))
	if !errors.Is(err, unix.ENOTEMPTY) && !errors.Is(err, unix.EEXIST) {
		return err
	}
	if err := removeMembers(folder, name, device, path); err != nil {
		return err
	}
	return ignoreMissing(unix.Unlinkat(folder, name, unix.AT_REMOVEDIR))
}

func removeMembers(folder int, name string, device uint64, path string) error {
	fd, err := unix.Openat(folder, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return ignoreMissing(err)
	}
	directory := os.NewFile(uintptr(fd), path)
	defer directory.Close()
	for {
		entries, err := directory.ReadDir(readTogether)
		for _, entry := range entries {
			if err := removeMember(fd, entry, device, path); err != nil {
				return err
			}
		}
		if err != nil && err != io.EOF {
			return err
		}
		if len(entries) == 0 {
			return nil
		}
		// What is removed moves what was not read yet.
		if _, err := directory.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
}

// readTogether is how many members of a folder are read before they are removed: each time the folder is read from its
// begin.
const readTogether = 16_384

func removeMember(folder int, entry fs.DirEntry, device uint64, path string) error {
	// Only a folder has to be looked at first.
	if !entry.IsDir() && unix.Unlinkat(folder, entry.Name(), 0) == nil {
		return nil
	}
	return removeEntry(folder, entry.Name(), device, path+"/"+entry.Name())
}

// ignoreMissing leaves out that something is gone already, which whoever removes it wanted.
func ignoreMissing(err error) error {
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	return err
}
