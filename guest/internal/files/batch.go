package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/accounts"
)

// Batch writes one file after another. Files of one folder share the way to it, which is most of what a small one costs.
type Batch struct {
	// of is the folder that is open, as it was asked for, and the account that may write in it.
	of, account string
	// real is where it lies with links resolved.
	real   string
	folder *os.File
	names  *accounts.Database
}

// Create begins to write the next file; the one before must be committed or aborted.
func (b *Batch) Create(target Target, wish Wish) (*Writer, error) {
	if b.names == nil {
		b.names = accounts.Current()
	}
	w, err := target.begin(wish, b.names)
	if err != nil {
		return nil, err
	}
	if b.holds(w) && w.at.as(w.stage) == nil {
		return w, nil
	}
	w.folder, w.borrowed = nil, false
	if err := w.open(); err != nil {
		return nil, err
	}
	b.keep(w)
	return w, nil
}

// holds lends the open folder to a file that is not there yet; any other goes the whole way.
func (b *Batch) holds(w *Writer) bool {
	name := filepath.Base(w.at.path)
	if b.folder == nil || b.of != filepath.Dir(w.at.path) || b.account != w.at.account.Name {
		return false
	}
	var stat unix.Stat_t
	err := unix.Fstatat(int(b.folder.Fd()), name, &stat, unix.AT_SYMLINK_NOFOLLOW)
	if !errors.Is(err, fs.ErrNotExist) || IsReserved(filepath.Join(b.real, name)) {
		return false
	}
	w.folder, w.real, w.borrowed = b.folder, filepath.Join(b.real, name), true
	return true
}

// keep takes over the folder of a file, unless the file itself lies elsewhere by a link.
func (b *Batch) keep(w *Writer) {
	if filepath.Base(w.real) != filepath.Base(w.at.path) {
		return
	}
	b.Close()
	b.of, b.account, b.real = filepath.Dir(w.at.path), w.at.account.Name, filepath.Dir(w.real)
	b.folder, w.borrowed = w.folder, true
}

// Close ends the batch.
func (b *Batch) Close() {
	if b.folder != nil {
		b.folder.Close()
		b.folder = nil
	}
}
