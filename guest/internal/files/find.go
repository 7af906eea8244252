package files

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"nullspace.dev/guest/internal/problem"
)

const (
	// DefaultMaxMatches bounds a find that names no bound.
	DefaultMaxMatches = 1_000
	maxContentBytes   = 4 << 10
	// maxLineBytes of a line are looked at.
	maxLineBytes  = 256 << 10
	maxFoundBytes = 16 << 20
	// sniffedBytes at the start of a file decide whether it is text.
	sniffedBytes = 8 << 10
)

// Match is a line of a text file.
type Match struct {
	Path    string
	Line    uint32
	Content string
}

// Find returns the lines of text files at or below the target that match an RE2 expression, in order.
func Find(ctx context.Context, target Target, pattern string, maxMatches int) (matches []Match, truncated bool, err error) {
	expression, err := regexp.Compile(pattern)
	if err != nil || pattern == "" || len(pattern) > maxPatternBytes {
		return nil, false, problem.New(problem.InvalidPattern, "", "pattern %.100q must be a regular expression in RE2 syntax of 1 to %d bytes: %v", pattern, maxPatternBytes, err)
	}
	at, err := target.resolve()
	if err != nil {
		return nil, false, err
	}
	if maxMatches <= 0 {
		maxMatches = DefaultMaxMatches
	}
	finder := finder{expression: expression, most: maxMatches, lines: bufio.NewReaderSize(nil, maxLineBytes)}
	err = at.as(func() error {
		found, err := os.Stat(at.path)
		if err != nil {
			return err
		}
		if !found.IsDir() {
			return finder.only(ctx, at.path, found)
		}
		root, err := at.searchable()
		if err != nil {
			return err
		}
		return walk(ctx, root, walking{contents: true}, func(path string, entry fs.DirEntry) error {
			if !entry.Type().IsRegular() {
				return nil
			}
			return finder.file(ctx, path, at.asked(root, path))
		})
	})
	slices.SortFunc(finder.matches, func(a, b Match) int {
		if order := strings.Compare(a.Path, b.Path); order != 0 {
			return order
		}
		return int(a.Line) - int(b.Line)
	})
	return finder.matches, finder.truncated, problem.FromFile(err, at.path)
}

type finder struct {
	expression *regexp.Regexp
	most       int
	lines      *bufio.Reader
	matches    []Match
	bytes      int
	truncated  bool
}

// only looks into the one file that was asked for, and says why it cannot.
func (f *finder) only(ctx context.Context, path string, found os.FileInfo) error {
	if err := mustBeRegular(path, found); err != nil {
		return err
	}
	if isMadeUp(path) {
		return problem.New(problem.InvalidPath, path, "%s is made up by the kernel; read it instead", path).Because(problem.NoContent)
	}
	if err := f.file(ctx, path, path); err != errEnough {
		return err
	}
	return nil
}

// file passes over what cannot be opened and what is not text.
func (f *finder) file(ctx context.Context, path, name string) error {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil
	}
	defer file.Close()
	if found, err := file.Stat(); err != nil || !found.Mode().IsRegular() {
		return nil
	}
	f.lines.Reset(file)
	if start, _ := f.lines.Peek(sniffedBytes); bytes.IndexByte(start, 0) >= 0 {
		return nil
	}
	for number := uint32(1); ; number++ {
		line, err := f.lines.ReadSlice('\n')
		if len(line) > 0 && f.expression.Match(trimLine(line)) {
			if err := f.add(name, number, trimLine(line)); err != nil {
				return err
			}
		}
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = f.lines.ReadSlice('\n')
		}
		if err == io.EOF || err != nil {
			return nil
		}
		if number%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

func trimLine(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}

func (f *finder) add(path string, line uint32, content []byte) error {
	match := Match{Path: text(path), Line: line, Content: text(string(content[:min(len(content), maxContentBytes)]))}
	match.Content = match.Content[:min(len(match.Content), maxContentBytes)]
	if f.bytes += len(match.Path) + len(match.Content); len(f.matches) >= f.most || f.bytes > maxFoundBytes {
		f.truncated = true
		return errEnough
	}
	match.Content = strings.ToValidUTF8(match.Content, "")
	f.matches = append(f.matches, match)
	return nil
}
