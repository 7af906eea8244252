// Package archive reads and writes tars. What it reads is hostile.
package archive

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/problem"
)

// DefaultMaxEntries bounds an archive that names no bound.
const DefaultMaxEntries = 1_000_000

const (
	// maxTrailing bytes may follow the end of an archive; tar fills up its last record.
	maxTrailing = 1 << 20
	// maxClosedNames bounds what is remembered of folders that their own account could not write to.
	maxClosedNames = 16 << 20
)

// Owner is whom the unpacked files are given to; nil leaves them to the account that unpacks.
type Owner struct{ UID, GID int }

func (o *Owner) give(fd int) error {
	if o == nil {
		return nil
	}
	return unix.Fchown(fd, o.UID, o.GID)
}

// Options of an unpacking.
type Options struct {
	// MaxBytes of contents; 0: no bound.
	MaxBytes   uint64
	MaxEntries uint32
	Owner      *Owner
	// SpecialModes keeps setuid, setgid and sticky bits.
	SpecialModes bool
	// Reserved tells of names, relative to the root, that may not be made.
	Reserved func(name string) bool
}

// Result counts contents, and files and links.
type Result struct {
	Bytes uint64
	Files uint32
}

// Unpack makes what an uncompressed tar holds in an empty folder that is open as root. It may leave a part when it fails.
func Unpack(ctx context.Context, root *os.File, source io.Reader, options Options) (Result, error) {
	if options.MaxEntries == 0 {
		options.MaxEntries = DefaultMaxEntries
	}
	u := &unpacking{options: options, folders: folders{owner: options.Owner, open: []int{int(root.Fd())}}}
	defer u.folders.close()
	reader := tar.NewReader(source)
	for {
		header, err := reader.Next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = context.Cause(ctx)
		}
		if err == nil {
			err = u.member(header, reader)
		}
		if err != nil {
			return Result{}, invalid(err)
		}
	}
	if n, err := io.CopyN(io.Discard, source, maxTrailing+1); n > maxTrailing || err != io.EOF {
		return Result{}, invalid(errors.Join(errors.New("more follows its end"), err))
	}
	return u.result, u.closeFolders()
}

// invalid keeps errors of the disk and of the caller apart from those of the archive.
func invalid(err error) error {
	var known *problem.Problem
	var errno unix.Errno
	if errors.As(err, &known) || errors.As(err, &errno) || errors.Is(err, context.Canceled) || errors.Is(err, ErrSource) {
		return err
	}
	return &problem.Problem{Code: problem.ArchiveInvalid, Message: "the archive is not a complete tar: " + err.Error() + "; nothing was unpacked", Cause: err}
}

// ErrSource marks errors of the source that say nothing about the archive.
var ErrSource = errors.New("reading the archive")

type unpacking struct {
	options Options
	folders folders
	entries uint32
	result  Result
	closed  []closedFolder
	// closedBytes is what the names of closed hold.
	closedBytes int
	// buffer is what contents pass through.
	buffer []byte
}

func (u *unpacking) member(header *tar.Header, content io.Reader) error {
	if header.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	parts, err := split(header.Name)
	if err != nil {
		return err
	}
	name := strings.Join(parts, "/")
	if isSparse(header) {
		return unsupported(name, "is sparse")
	}
	if err := u.count(header); err != nil {
		return err
	}
	if u.options.Reserved(name) {
		return problem.New(problem.ArchiveInvalidPath, shown(name), "archive member %.200q has a name that is reserved for the platform; nothing was unpacked", name)
	}
	mode := uint32(header.Mode) & 0o777
	if u.options.SpecialModes {
		mode = uint32(header.Mode) & 0o7777
	}
	if len(parts) == 0 && header.Typeflag == tar.TypeDir {
		return nil
	}
	switch {
	case len(parts) == 0:
		_, err := split("")
		return err
	case header.Typeflag == tar.TypeDir:
		return u.folder(parts, mode)
	case header.Typeflag == tar.TypeReg:
		return u.file(parts, mode, header.Size, content)
	case header.Typeflag == tar.TypeSymlink:
		return u.link(parts, header.Linkname)
	}
	return unsupported(name, "is neither a file, nor a folder, nor a symbolic link")
}

func unsupported(name, reason string) error {
	return problem.New(problem.ArchiveUnsupportedEntry, shown(name), "archive member %.200q %s; nothing was unpacked", name, reason)
}

// A sparse member claims more than it holds.
func isSparse(header *tar.Header) bool {
	for key := range header.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return header.Typeflag == tar.TypeGNUSparse
}

func (u *unpacking) count(header *tar.Header) error {
	if u.entries++; u.entries > u.options.MaxEntries {
		return problem.New(problem.ArchiveTooLarge, "", "the archive holds more than %d entries; nothing was unpacked", u.options.MaxEntries)
	}
	size := uint64(max(0, header.Size))
	if limit := u.options.MaxBytes; limit > 0 && size > limit-u.result.Bytes {
		return problem.New(problem.ArchiveTooLarge, "", "the files of the archive hold more than %d bytes; nothing was unpacked", limit)
	}
	if header.Typeflag == tar.TypeReg {
		u.result.Bytes += size
	}
	return nil
}
