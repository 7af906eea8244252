package files

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/problem"
)

// DefaultMode is that of a file which is made without one.
const DefaultMode = 0o644

// Writer collects the new content of a file beside it. Nothing is visible at the target before Commit.
type Writer struct {
	at place
	// real is the target with links resolved.
	real     string
	folder   *os.File
	name     string
	file     *os.File
	existing *syscall.Stat_t
	mode     uint32
}

// Create begins to write the target. Folders above it are made.
func Create(target Target, mode uint32) (*Writer, error) {
	at, err := target.resolve()
	if err != nil {
		return nil, err
	}
	if mode > 0o7777 {
		return nil, problem.New(problem.InvalidArgument, "", "mode %o has bits above 7777", mode)
	}
	if mode == 0 {
		mode = DefaultMode
	}
	if err := at.writable(); err != nil {
		return nil, err
	}
	w := &Writer{at: at, mode: mode, name: temporaryName()}
	if err := at.as(w.prepare); err != nil {
		w.Abort()
		return nil, problem.FromFile(err, at.path)
	}
	if w.file == nil {
		// The account may write the file but not its folder: the agent stages beside it on the account's behalf.
		if err := w.stage(); err != nil {
			w.Abort()
			return nil, problem.FromFile(err, at.path)
		}
	}
	return w, nil
}

// prepare runs with the account's rights.
func (w *Writer) prepare() error {
	if err := os.MkdirAll(filepath.Dir(w.at.path), 0o755); err != nil {
		return err
	}
	real, err := followLinks(w.at.path)
	if err != nil {
		return err
	}
	if IsReserved(real) {
		return problem.New(problem.InvalidPath, w.at.path, "%s is reserved for the platform; choose another path", Reserved)
	}
	w.real = real
	if err := w.checkExisting(); err != nil {
		return err
	}
	folder, err := unix.Open(filepath.Dir(real), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	w.folder = os.NewFile(uintptr(folder), filepath.Dir(real))
	err = w.stage()
	if w.existing != nil && errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

// checkExisting asks the kernel whether the account may write the file that is there.
func (w *Writer) checkExisting() error {
	found, err := os.Stat(w.real)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := mustBeRegular(w.at.path, found); err != nil {
		return err
	}
	file, err := os.OpenFile(w.real, os.O_WRONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	if found, err = file.Stat(); err != nil {
		return err
	}
	w.existing, _ = found.Sys().(*syscall.Stat_t)
	return mustBeRegular(w.at.path, found)
}

func (w *Writer) stage() error {
	fd, err := unix.Openat(int(w.folder.Fd()), w.name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return err
	}
	w.file = os.NewFile(uintptr(fd), w.at.path)
	return nil
}

// Write adds bytes.
func (w *Writer) Write(data []byte) (int, error) {
	n, err := w.file.Write(data)
	return n, problem.FromFile(err, w.at.path)
}

// Commit puts the new content in the target's place and describes it.
func (w *Writer) Commit() (info Info, err error) {
	defer w.Abort()
	if err := w.commit(); err != nil {
		return Info{}, problem.FromFile(err, w.at.path)
	}
	err = w.at.as(func() (err error) {
		info, err = describeLink(w.at.path)
		return err
	})
	return info, problem.FromFile(err, w.at.path)
}

// The rights were checked when the write began; owner and mode are set on the open file alone.
func (w *Writer) commit() error {
	mode := w.mode
	if w.existing != nil {
		mode = w.existing.Mode & 0o1777
		if err := w.file.Chown(int(w.existing.Uid), int(w.existing.Gid)); err != nil {
			return err
		}
	}
	if err := unix.Fchmod(int(w.file.Fd()), mode); err != nil {
		return err
	}
	err := w.file.Close()
	w.file = nil
	if err != nil {
		return err
	}
	folder := int(w.folder.Fd())
	if err := unix.Renameat(folder, w.name, folder, filepath.Base(w.real)); err != nil {
		return err
	}
	w.name = ""
	return nil
}

// Abort removes what was collected; after Commit it does nothing.
func (w *Writer) Abort() {
	if w.file != nil {
		w.file.Close()
		w.file = nil
	}
	if w.folder == nil {
		return
	}
	if w.name != "" {
		unix.Unlinkat(int(w.folder.Fd()), w.name, 0)
	}
	w.folder.Close()
	w.folder = nil
}

// followLinks returns where a write to path ends up; the file itself need not exist.
func followLinks(path string) (string, error) {
	for range 40 {
		folder, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			return "", err
		}
		path = filepath.Join(folder, filepath.Base(path))
		target, err := os.Readlink(path)
		if err != nil {
			// Not a link, or nothing there.
			return path, nil
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(folder, target)
		}
		path = filepath.Clean(target)
	}
	return "", syscall.ELOOP
}

func temporaryName() string {
	random := make([]byte, 8)
	rand.Read(random)
	return ".nullspace-" + hex.EncodeToString(random) + ".tmp"
}
