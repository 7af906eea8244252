package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/problem"
)

// maxWalked bounds how many entries one search looks at.
const maxWalked = 5_000_000

// errEnough ends a walk early and well.
var errEnough = errors.New("enough")

// walking is how a walk goes.
type walking struct {
	// contents will be read: the walk stays out of file systems whose files the kernel makes up, which may wait for ever.
	contents bool
	// strict walks end at a folder that cannot be read; others pass over it.
	strict bool
}

// walk visits what is below a folder without following links. Of a folder no more than a piece is held.
func walk(ctx context.Context, root string, how walking, visit func(path string, entry fs.DirEntry) error) error {
	pending, walked := []string{root}, 0
	for len(pending) > 0 {
		folder := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if IsReserved(folder) || how.contents && isMadeUp(folder) {
			continue
		}
		directory, err := os.OpenFile(folder, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
		if err != nil {
			if folder == root || how.strict {
				return problem.FromFile(err, folder)
			}
			continue
		}
		for err == nil {
			var entries []fs.DirEntry
			entries, err = directory.ReadDir(512)
			if walked += len(entries); walked > maxWalked {
				err = problem.New(problem.TooManyEntries, root, "%s holds more than %d entries; search a folder below", root, maxWalked)
			}
			for i := 0; i < len(entries) && (err == nil || err == io.EOF); i++ {
				path := filepath.Join(folder, entries[i].Name())
				if failed := visit(path, entries[i]); failed != nil {
					err = failed
				} else if entries[i].IsDir() {
					pending = append(pending, path)
				}
			}
			if err == nil {
				err = context.Cause(ctx)
			}
		}
		directory.Close()
		if err == errEnough {
			return nil
		}
		var refusal *problem.Problem
		if ctx.Err() != nil || errors.As(err, &refusal) || how.strict && err != io.EOF {
			return err
		}
	}
	return nil
}

// isMadeUp tells whether the kernel makes up the files of a file system when they are read.
func isMadeUp(path string) bool {
	var stat unix.Statfs_t
	if unix.Statfs(path, &stat) != nil {
		return false
	}
	switch uint32(stat.Type) {
	case unix.PROC_SUPER_MAGIC, unix.SYSFS_MAGIC, unix.CGROUP_SUPER_MAGIC, unix.CGROUP2_SUPER_MAGIC, unix.DEVPTS_SUPER_MAGIC:
		return true
	}
	return false
}
