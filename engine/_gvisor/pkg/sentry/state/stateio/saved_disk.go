package stateio

import "golang.org/x/sys/unix"

// SavedDiskOffset is where a saved disk begins for an FDReader: behind all that a pages file can hold.
const SavedDiskOffset = 1 << 62

// savedDisk is the file of a disk that a checkpoint holds beside its pages file; none by default.
type savedDisk struct {
	fd  int32
	set bool
}

// SetSavedDisk has offsets from SavedDiskOffset on read from fd, which belongs to r from then on.
// It must be called before the first read.
func (r *FDReader) SetSavedDisk(fd int32) {
	r.savedDisk = savedDisk{fd: fd, set: true}
}

// locate answers with the file that holds an offset, and where in it. Without a saved disk, reads of it fail: no
// pages file is that long.
func (r *FDReader) locate(off int64) (int32, int64) {
	if off >= SavedDiskOffset && r.savedDisk.set {
		return r.savedDisk.fd, off - SavedDiskOffset
	}
	return r.fd, off
}

func (d savedDisk) close() {
	if d.set {
		_ = unix.Close(int(d.fd))
	}
}
