package files

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nullspace.dev/guest/internal/accounts"
	"nullspace.dev/guest/internal/problem"
)

const (
	// DefaultMaxEntries bounds a listing that names no bound.
	DefaultMaxEntries = 100_000
	// maxListingBytes bounds the names and paths of one listing.
	maxListingBytes = 32 << 20
)

// List describes what is below a directory, depth levels deep, sorted by path.
func List(target Target, depth, maxEntries int) ([]Info, error) {
	at, err := target.resolve()
	if err != nil {
		return nil, err
	}
	listing := listing{root: at.path, maxEntries: maxEntries, names: accounts.Current()}
	if maxEntries <= 0 {
		listing.maxEntries = DefaultMaxEntries
	}
	err = at.as(func() error {
		found, err := os.Stat(at.path)
		if err != nil {
			return err
		}
		if !found.IsDir() {
			return problem.New(problem.NotADirectory, at.path, "%s is not a directory", at.path)
		}
		return listing.add(at.path, max(1, depth))
	})
	if err != nil {
		return nil, problem.FromFile(err, at.path)
	}
	slices.SortFunc(listing.entries, func(a, b Info) int { return strings.Compare(a.Path, b.Path) })
	return listing.entries, nil
}

type listing struct {
	root       string
	maxEntries int
	names      *accounts.Database
	bytes      int
	entries    []Info
}

func (l *listing) add(folder string, depth int) error {
	directory, err := os.Open(folder)
	if err != nil {
		// A folder below that the account may not read is listed without its content.
		if folder != l.root && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		return err
	}
	defer directory.Close()
	for {
		names, err := directory.Readdirnames(512)
		for _, name := range names {
			if err := l.entry(filepath.Join(folder, name), depth); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (l *listing) entry(path string, depth int) error {
	if IsReserved(path) {
		return nil
	}
	found, err := os.Lstat(path)
	if err != nil {
		// Removed since its name was read.
		return nil
	}
	info := describe(path, found, l.names)
	if info.Type == "symlink" {
		target, _ := os.Readlink(path)
		info.SymlinkTarget = text(target)
	}
	l.bytes += len(info.Path) + len(info.Name) + len(info.SymlinkTarget)
	if len(l.entries) >= l.maxEntries || l.bytes > maxListingBytes {
		return problem.New(problem.TooManyEntries, l.root, "%s holds more than %d entries or their names more than %d bytes; list a folder below, or fewer levels", l.root, l.maxEntries, maxListingBytes)
	}
	l.entries = append(l.entries, info)
	if found.IsDir() && depth > 1 {
		return l.add(path, depth-1)
	}
	return nil
}
