package files

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nullspace.dev/guest/internal/problem"
)

const (
	// DefaultMaxResults bounds a search that names no bound.
	DefaultMaxResults = 100_000
	maxPatternBytes   = 4096
)

// Search lists the paths below a folder whose last part matches a shell pattern, in order.
func Search(ctx context.Context, target Target, pattern string, maxResults int) (paths []string, truncated bool, err error) {
	if err := checkPattern(pattern); err != nil {
		return nil, false, err
	}
	at, err := target.resolve()
	if err != nil {
		return nil, false, err
	}
	if maxResults <= 0 || maxResults > DefaultMaxResults {
		maxResults = DefaultMaxResults
	}
	bytes := 0
	err = at.as(func() error {
		root, err := at.searchable()
		if err != nil {
			return err
		}
		return walk(ctx, root, walking{}, func(path string, _ fs.DirEntry) error {
			if matches, _ := filepath.Match(pattern, filepath.Base(path)); !matches || IsReserved(path) {
				return nil
			}
			path = at.asked(root, path)
			if bytes += len(path); len(paths) >= maxResults || bytes > maxListingBytes {
				truncated = true
				return errEnough
			}
			paths = append(paths, text(path))
			return nil
		})
	})
	slices.Sort(paths)
	return paths, truncated, problem.FromFile(err, at.path)
}

func checkPattern(pattern string) error {
	_, err := filepath.Match(pattern, "")
	if pattern == "" || len(pattern) > maxPatternBytes || strings.Contains(pattern, "/") || err != nil {
		return problem.New(problem.InvalidPattern, "", "pattern %.100q must be a shell pattern for a file name of 1 to %d bytes without '/', for example *.txt", pattern, maxPatternBytes)
	}
	return nil
}

// searchable returns the folder at the end of all links.
func (p place) searchable() (string, error) {
	found, err := os.Stat(p.path)
	if err != nil {
		return "", err
	}
	if !found.IsDir() {
		return "", problem.New(problem.NotADirectory, p.path, "%s is not a directory", p.path)
	}
	return filepath.EvalSymlinks(p.path)
}

// asked names what was found below root by the path that was asked for.
func (p place) asked(root, found string) string {
	return filepath.Join(p.path, strings.TrimPrefix(found, root))
}
