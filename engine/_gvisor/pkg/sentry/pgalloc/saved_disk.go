package pgalloc

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"

	"golang.org/x/sys/unix"
	"gvisor.dev/gvisor/pkg/hostarch"
	"gvisor.dev/gvisor/pkg/sentry/state/stateio"
)

// SavedDiskName is the file of a checkpoint that is a MemoryFile's own, under a second name: its pages are where they
// were and are not copied.
const SavedDiskName = "disk.img"

// savedDiskVersion is that of metadata of a MemoryFile whose pages are in a saved disk. Others refuse it.
const savedDiskVersion = 2

// AppendSavedDisk opens the saved disk of a checkpoint, if there is one, and appends it to its files.
func AppendSavedDisk(files []*os.File, folder string, flags int) ([]*os.File, error) {
	disk, err := os.OpenFile(filepath.Join(folder, SavedDiskName), os.O_RDONLY|flags, 0)
	if errors.Is(err, os.ErrNotExist) {
		return files, nil
	}
	if err != nil {
		return files, fmt.Errorf("opening saved disk: %w", err)
	}
	return append(files, disk), nil
}

// DiskWriter is a pages file beside which there is a saved disk.
type DiskWriter struct {
	stateio.AsyncWriter
	disk fileID
	// found is set once the MemoryFile of the disk is saved.
	found atomic.Bool
}

// NewDiskWriter makes w, which it takes over, one beside which the file of fd is a saved disk. Its writer is w's also
// when it fails.
func NewDiskWriter(w stateio.AsyncWriter, fd int) (stateio.AsyncWriter, error) {
	disk, err := identify(fd)
	if err != nil {
		return w, err
	}
	return &DiskWriter{AsyncWriter: w, disk: disk}, nil
}

// Finalize implements stateio.AsyncWriter.Finalize. A file that is nobody's must not pass for a disk.
func (w *DiskWriter) Finalize() error {
	if !w.found.Load() {
		return errors.New("the saved disk is that of no MemoryFile")
	}
	return w.AsyncWriter.Finalize()
}

// findSavedDisk tells which of f's pages are in its file; nil if that is not the saved disk.
func (f *MemoryFile) findSavedDisk(pf *AsyncPagesFileSave) (*diskPages, error) {
	if pf == nil {
		return nil, nil
	}
	w, ok := pf.aw.(*DiskWriter)
	if !ok {
		return nil, nil
	}
	fd := int(f.file.Fd())
	own, err := identify(fd)
	if err != nil || own != w.disk {
		return nil, err
	}
	w.found.Store(true)
	return &diskPages{fd: fd}, nil
}

type fileID struct {
	dev, ino uint64
}

func identify(fd int) (fileID, error) {
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return fileID{}, fmt.Errorf("looking at file %d: %w", fd, err)
	}
	return fileID{dev: uint64(stat.Dev), ino: stat.Ino}, nil
}

// diskPages tells holes of a file, whose pages are zero, from data. It has to be asked in ascending order.
type diskPages struct {
	fd int
	// start and end are the last data that was found: all from what was asked for then to start is a hole.
	start, end uint64
}

func (d *diskPages) isHole(off uint64) bool {
	if off >= d.end {
		d.find(off)
	}
	return off < d.start
}

// find looks for the next data from off on. Where the file system cannot tell, all is data.
func (d *diskPages) find(off uint64) {
	d.start, d.end = off, math.MaxUint64
	start, err := unix.Seek(d.fd, int64(off), unix.SEEK_DATA)
	if err == unix.ENXIO {
		d.start = math.MaxUint64
		return
	}
	if err != nil {
		return
	}
	end, err := unix.Seek(d.fd, start, unix.SEEK_HOLE)
	if err != nil {
		return
	}
	// A file system may have smaller pieces than pages.
	d.start = hostarch.PageRoundDown(uint64(start))
	d.end = uint64(end) + hostarch.PageSize - 1
	d.end -= d.end % hostarch.PageSize
}
