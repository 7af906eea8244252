package stateio

import "golang.org/x/sys/unix"

// SavedDiskOffset is where a saved disk begins for an FDReader: behind all that a pages file can hold.
const SavedDiskOffset = 1 << 62

// savedDiskParallel is how many reads are under way at once beside a saved disk. A page that the guest waits for comes
// after them, and of a long disk there are always some: with gVisor's own 128 it waits for 32 MiB.
const savedDiskParallel = 8

// savedDisk is the file of a disk that a checkpoint holds beside its pages file; none by default.
type savedDisk struct {
	fd  int32
	set bool
}

// SetSavedDisk has offsets from SavedDiskOffset on read from fd, which belongs to r from then on.
// It must be called before the first read.
func (r *FDReader) SetSavedDisk(fd int32) {
	r.savedDisk = savedDisk{fd: fd, set: true}
	r.inflight = r.inflight[:min(savedDiskParallel, len(r.inflight))]
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
