package output

import (
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// blockBytes is what space on the disk is counted in.
const blockBytes = 4096

// shareOfDisk is the part of a file system that output may take.
const shareOfDisk = 4

var errDiskFull = errors.New("the file of kept output is as large as it may be")

// Disk keeps segments in a file without a name, which goes with the agent and with the guest's snapshots.
type Disk struct {
	folder string

	mu    sync.Mutex
	limit int64
	file  *os.File
	size  int64
	// free has the gaps of the file in their order; no two of them touch.
	free []extent
}

// extent is a part of the file.
type extent struct{ at, size int64 }

func (e extent) end() int64 { return e.at + e.size }

// NewDisk keeps at most limit bytes, and at most a quarter of the file system of folder. The file is made when it is
// first needed.
func NewDisk(folder string, limit int64) *Disk { return &Disk{folder: folder, limit: limit} }

// Size of the file now.
func (d *Disk) Size() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.size
}

// store writes a segment.
func (d *Disk) store(s *segment) (extent, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.open(); err != nil {
		return extent{}, err
	}
	place, err := d.allocate(int64(s.cost()))
	if err != nil {
		return extent{}, err
	}
	runs := make([]byte, 0, runBytes*s.count)
	for _, run := range s.runs {
		runs = binary.LittleEndian.AppendUint32(runs, uint32(run))
	}
	_, err = d.file.WriteAt(s.data, place.at)
	if err == nil {
		_, err = d.file.WriteAt(runs, place.at+int64(s.size))
	}
	if err != nil {
		d.release(place)
		return extent{}, err
	}
	return place, nil
}

// load reads a segment back, into buffer if that is large enough.
func (d *Disk) load(s *segment, buffer []byte) (data []byte, runs []run, err error) {
	content := slices.Grow(buffer[:0], s.cost())[:s.cost()]
	// The place is the segment's own as long as its log is locked.
	if _, err := d.file.ReadAt(content, s.place.at); err != nil {
		return nil, nil, err
	}
	runs = make([]run, s.count)
	for i := range runs {
		runs[i] = run(binary.LittleEndian.Uint32(content[s.size+runBytes*i:]))
	}
	return content[:s.size], runs, nil
}

// Release gives a place back.
func (d *Disk) giveBack(place extent) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.release(place)
}

func (d *Disk) open() error {
	if d.file != nil {
		return nil
	}
	// A name that the agent hides from those who watch or list the folder.
	file, err := os.CreateTemp(d.folder, ".nullspace-*.tmp")
	if err != nil {
		return err
	}
	if err := os.Remove(file.Name()); err != nil {
		file.Close()
		return err
	}
	var of unix.Statfs_t
	if err := unix.Fstatfs(int(file.Fd()), &of); err == nil && of.Blocks > 0 {
		d.limit = min(d.limit, int64(of.Blocks)*of.Bsize/shareOfDisk)
	}
	d.file = file
	return nil
}

// allocate takes the first gap that is large enough, or makes the file longer.
func (d *Disk) allocate(size int64) (extent, error) {
	size = (size + blockBytes - 1) / blockBytes * blockBytes
	for i, gap := range d.free {
		if gap.size < size {
			continue
		}
		if gap.size == size {
			d.free = slices.Delete(d.free, i, i+1)
		} else {
			d.free[i] = extent{gap.at + size, gap.size - size}
		}
		return extent{gap.at, size}, nil
	}
	if d.size+size > d.limit {
		return extent{}, errDiskFull
	}
	place := extent{d.size, size}
	d.size += size
	return place, nil
}

// release joins a place with the gaps beside it. A gap at the end of the file makes it shorter.
func (d *Disk) release(place extent) {
	i, _ := slices.BinarySearchFunc(d.free, place, func(a, b extent) int { return int(a.at - b.at) })
	if i < len(d.free) && place.end() == d.free[i].at {
		place.size += d.free[i].size
		d.free = slices.Delete(d.free, i, i+1)
	}
	if i > 0 && d.free[i-1].end() == place.at {
		i--
		place = extent{d.free[i].at, d.free[i].size + place.size}
		d.free = slices.Delete(d.free, i, i+1)
	}
	if place.end() < d.size {
		d.free = slices.Insert(d.free, i, place)
		return
	}
	d.size = place.at
	// Failing costs only room.
	d.file.Truncate(d.size)
}
