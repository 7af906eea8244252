package upper

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sort"

	"google.golang.org/protobuf/proto"
	saved "gvisor.dev/gvisor/pkg/sentry/fscheckpoint/fscheckpoint_proto_go_proto"
	memory "gvisor.dev/gvisor/pkg/sentry/pgalloc/pgalloc_metadata_go_proto"

	"nullspace.dev/imager/internal/report"
	"nullspace.dev/imager/internal/tree"
)

const (
	version = 1
	// Descriptions are read into memory; files of this number and names of usual length take a tenth of it.
	largestDescription = 1 << 30
)

// Files of a saved snapshot, in the form that runsc's fscheckpoint writes.
type Files struct{ Manifest, Tar, PagesMetadata, Pages *os.File }

// Snapshot is the saved upper layer of one root.
type Snapshot struct {
	tar   []byte
	pages *os.File
	// Ranges of the guest's memory file that are not zero, in their order, and where each lies in the pages.
	ranges []pageRange
}

type pageRange struct{ start, end, place uint64 }

// Open reads what describes a snapshot.
func Open(files Files) (*Snapshot, error) {
	var manifest saved.Manifest
	if err := decode(files.Manifest, 0, largestDescription, &manifest); err != nil {
		return nil, err
	}
	if manifest.GetVersion() != version {
		return nil, report.Fail(report.Unsupported, "the snapshot is of version %d, and this host reads %d", manifest.GetVersion(), version)
	}
	if len(manifest.GetTmpfs()) != 1 || len(manifest.GetMemoryFiles()) != 1 {
		return nil, fmt.Errorf("the snapshot holds %d file systems; it must be that of a root alone", len(manifest.GetTmpfs()))
	}
	files1, memory1 := manifest.GetTmpfs()[0], manifest.GetMemoryFiles()[0]
	s := &Snapshot{pages: files.Pages}
	var err error
	if s.tar, err = read(files.Tar, files1.GetTarStart(), files1.GetTarEnd()); err != nil {
		return nil, err
	}
	s.ranges, err = readRanges(files.PagesMetadata, memory1)
	return s, err
}

// readRanges reads which parts of memory were saved: one after another in the file of the pages.
func readRanges(file *os.File, of *saved.MemoryFile) ([]pageRange, error) {
	raw, err := read(file, of.GetPagesMetadataStart(), of.GetPagesMetadataEnd())
	if err != nil {
		return nil, err
	}
	// A length stands before the message.
	if len(raw) < 8 || binary.LittleEndian.Uint64(raw) > uint64(len(raw)-8) {
		return nil, fmt.Errorf("the snapshot's description of its pages is cut short")
	}
	var metadata memory.MemoryFileMetadataProto
	if err := proto.Unmarshal(raw[8:8+binary.LittleEndian.Uint64(raw)], &metadata); err != nil {
		return nil, fmt.Errorf("the snapshot's description of its pages is damaged: %w", err)
	}
	if metadata.GetVersion() != version {
		return nil, report.Fail(report.Unsupported, "the snapshot's pages are of version %d, and this host reads %d", metadata.GetVersion(), version)
	}
	var ranges []pageRange
	place := of.GetPagesStart()
	for _, one := range metadata.GetMemAcct() {
		if !one.GetKnownCommitted() {
			continue
		}
		if one.GetEnd() < one.GetStart() || (len(ranges) > 0 && one.GetStart() < ranges[len(ranges)-1].end) {
			return nil, fmt.Errorf("the snapshot's pages are out of order")
		}
		ranges = append(ranges, pageRange{one.GetStart(), one.GetEnd(), place})
		place += one.GetEnd() - one.GetStart()
	}
	return ranges, nil
}

func decode(file *os.File, start, most uint64, into proto.Message) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	raw, err := read(file, start, min(uint64(info.Size()), most))
	if err != nil {
		return err
	}
	return proto.Unmarshal(raw, into)
}

func read(file *os.File, start, end uint64) ([]byte, error) {
	if end < start || end-start > largestDescription {
		return nil, fmt.Errorf("the snapshot names a part from %d to %d, which cannot be", start, end)
	}
	raw := make([]byte, end-start)
	_, err := io.ReadFull(io.NewSectionReader(file, int64(start), int64(len(raw))), raw)
	return raw, err
}

type segment struct{ start, end, place uint64 }

// fileContent is a file whose parts lie in the pages of a snapshot; what no part covers is zero.
type fileContent struct {
	size     uint64
	segments []segment
	snapshot *Snapshot
}

func (c *fileContent) WriteTo(w tree.Sink) error {
	at := uint64(0)
	for _, one := range c.segments {
		// The last page of a file may reach past its end.
		start, end := min(one.start, c.size), min(one.end, c.size)
		if err := w.Skip(start - at); err != nil {
			return err
		}
		if err := c.snapshot.copyMemory(w, one.place, end-start); err != nil {
			return err
		}
		at = end
	}
	return w.Skip(c.size - at)
}

// copyMemory writes a range of the guest's memory file; what was not saved of it is zero.
func (s *Snapshot) copyMemory(w tree.Sink, at, length uint64) error {
	end := at + length
	if end < at {
		return fmt.Errorf("a part of a saved file lies beyond all memory")
	}
	next := sort.Search(len(s.ranges), func(i int) bool { return s.ranges[i].end > at })
	for at < end {
		if next == len(s.ranges) || s.ranges[next].start >= end {
			return w.Skip(end - at)
		}
		here := s.ranges[next]
		if here.start > at {
			if err := w.Skip(here.start - at); err != nil {
				return err
			}
			at = here.start
		}
		stop := min(end, here.end)
		part := io.NewSectionReader(s.pages, int64(here.place+at-here.start), int64(stop-at))
		if n, err := io.Copy(struct{ io.Writer }{w}, part); err != nil || uint64(n) != stop-at {
			return fmt.Errorf("the snapshot's pages end too early: %w", err)
		}
		at = stop
		next++
	}
	return nil
}
