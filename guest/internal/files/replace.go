package files

import (
	"bytes"
	"context"
	"io"

	"nullspace.dev/guest/internal/problem"
)

const (
	maxReplacedFiles = 1_000
	maxReplacedText  = 1 << 20
)

// Replace puts replacement in the place of each pattern, which is literal text. All files are looked at before the first
// is changed, and each is changed at once.
func Replace(ctx context.Context, targets []Target, pattern, replacement string) (count uint64, err error) {
	switch {
	case len(pattern) < 1 || len(pattern) > maxReplacedText || len(replacement) > maxReplacedText:
		return 0, problem.New(problem.InvalidPattern, "", "pattern must have 1 to %d bytes and replacement at most as many", maxReplacedText)
	case len(targets) > maxReplacedFiles:
		return 0, problem.New(problem.TooManyEntries, "", "%d files in one call; at most %d are allowed", len(targets), maxReplacedFiles)
	}
	staged := map[string]*Writer{}
	defer func() {
		for _, writer := range staged {
			writer.Abort()
		}
	}()
	for _, target := range targets {
		writer, replaced, err := stageReplaced(ctx, target, []byte(pattern), []byte(replacement))
		if err != nil {
			return 0, err
		}
		if _, twice := staged[writer.real]; twice || replaced == 0 {
			writer.Abort()
			continue
		}
		staged[writer.real] = writer
		count += replaced
	}
	for _, writer := range staged {
		if _, err := writer.Commit(); err != nil {
			return 0, err
		}
	}
	return count, nil
}

func stageReplaced(ctx context.Context, target Target, pattern, replacement []byte) (writer *Writer, replaced uint64, err error) {
	file, info, err := Open(target)
	if err != nil {
		return nil, 0, err
	}
	defer file.Close()
	if isMadeUp(info.Path) {
		return nil, 0, problem.New(problem.InvalidPath, info.Path, "%s is made up by the kernel and cannot be replaced", info.Path).Because(problem.NoContent)
	}
	if writer, err = Create(target, Wish{}); err != nil {
		return nil, 0, err
	}
	if replaced, err = copyReplaced(ctx, writer, file, pattern, replacement); err != nil {
		writer.Abort()
		return nil, 0, problem.FromFile(err, info.Path)
	}
	return writer, replaced, nil
}

// copyReplaced holds back as many bytes as the pattern may still need.
func copyReplaced(ctx context.Context, to io.Writer, from io.Reader, pattern, replacement []byte) (replaced uint64, err error) {
	buffer := make([]byte, 0, 64<<10+len(pattern))
	for {
		n, readErr := from.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		rest := buffer
		for at := bytes.Index(rest, pattern); at >= 0; at = bytes.Index(rest, pattern) {
			if _, err := to.Write(rest[:at]); err != nil {
				return 0, err
			}
			if _, err := to.Write(replacement); err != nil {
				return 0, err
			}
			rest = rest[at+len(pattern):]
			replaced++
		}
		held := min(len(rest), len(pattern)-1)
		if readErr != nil {
			held = 0
		}
		if _, err := to.Write(rest[:len(rest)-held]); err != nil {
			return 0, err
		}
		buffer = buffer[:copy(buffer[:cap(buffer)], rest[len(rest)-held:])]
		if readErr == io.EOF {
			return replaced, nil
		}
		if readErr != nil {
			return 0, readErr
		}
		if err := context.Cause(ctx); err != nil {
			return 0, err
		}
	}
}
