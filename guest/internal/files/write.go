package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/accounts"
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
	// mustNotExist refuses to replace what is there, or comes there meanwhile.
	mustNotExist bool
	names        *accounts.Database
	// borrowed folders are closed by the batch that they belong to.
	borrowed bool
}

// Wish is what a file is written with.
type Wish struct {
	// Mode of a file that is made; 0: DefaultMode.
	Mode uint32
	// MustNotExist refuses with target_exists rather than replace.
	MustNotExist bool
}

// begin checks what can be checked without looking at the disk.
func (t Target) begin(wish Wish, names *accounts.Database) (*Writer, error) {
	at, err := t.resolveIn(names)
	if err != nil {
		return nil, err
	}
	if wish.Mode > 0o7777 {
		return nil, problem.New(problem.InvalidArgument, "", "mode %o has bits above 7777", wish.Mode)
	}
	mode := wish.Mode
	if mode == 0 {
		mode = DefaultMode
	}
	return &Writer{at: at, mode: mode, mustNotExist: wish.MustNotExist, name: temporaryName(), names: names}, nil
}

// Create begins to write the target. Folders above it are made.
func Create(target Target, wish Wish) (*Writer, error) {
	w, err := target.begin(wish, accounts.Current())
	if err != nil {
		return nil, err
	}
	return w, w.open()
}

func (w *Writer) open() error {
	if err := w.at.writable(); err != nil {
		return err
	}
	if err := w.at.as(w.prepare); err != nil {
		w.Abort()
		return problem.FromFile(err, w.at.path)
	}
	if w.file == nil {
		// The account may write the file but not its folder: the agent stages beside it on the account's behalf.
		if err := w.stage(); err != nil {
			w.Abort()
			return problem.FromFile(err, w.at.path)
		}
	}
	return nil
}

// prepare runs with the account's rights.
func (w *Writer) prepare() error {
	if w.mustNotExist {
		if _, err := os.Lstat(w.at.path); err == nil {
			return w.inTheWay()
		}
	}
	if err := os.MkdirAll(filepath.Dir(w.at.path), 0o755); err != nil {
		return err
	}
	real, err := followLinks(w.at.path)
	if err != nil {
		return err
	}
	if IsReserved(real) {
		return problem.New(problem.InvalidPath, w.at.path, "%s is reserved for the platform; choose another path", Reserved).Because(problem.Reserved)
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
	found, err := w.commit()
	if err != nil {
		return Info{}, problem.FromFile(err, w.at.path)
	}
	if w.real == w.at.path || w.borrowed && w.existing == nil {
		// No link at the end of the path: the file is what was just closed.
		return describe(w.at.path, found, w.names), nil
	}
	err = w.at.as(func() (err error) {
		info, err = describeLink(w.at.path)
		return err
	})
	return info, problem.FromFile(err, w.at.path)
}

// The rights were checked when the write began; owner and mode are set on the open file alone.
func (w *Writer) commit() (os.FileInfo, error) {
	mode := w.mode
	if w.existing != nil {
		mode = w.existing.Mode & 0o1777
		if err := w.file.Chown(int(w.existing.Uid), int(w.existing.Gid)); err != nil {
			return nil, err
		}
	}
	if err := unix.Fchmod(int(w.file.Fd()), mode); err != nil {
		return nil, err
	}
	found, err := w.file.Stat()
	if err != nil {
		return nil, err
	}
	err = w.file.Close()
	w.file = nil
	if err != nil {
		return nil, err
	}
	folder, flags := int(w.folder.Fd()), uint(0)
	if w.mustNotExist {
		flags = unix.RENAME_NOREPLACE
	}
	err = unix.Renameat2(folder, w.name, folder, filepath.Base(w.real), flags)
	if w.mustNotExist && errors.Is(err, fs.ErrExist) {
		return nil, w.inTheWay()
	}
	if err != nil {
		return nil, err
	}
	w.name = ""
	return found, nil
}

func (w *Writer) inTheWay() error {
	return problem.New(problem.TargetExists, w.at.path, "%s is there already; remove it, or allow that it is replaced", w.at.path)
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
	if !w.borrowed {
		w.folder.Close()
	}
	w.folder = nil
}
