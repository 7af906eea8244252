package procfs

import (
	"bytes"
	"strconv"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/smallfile"
)

// Memory is that of the whole guest.
type Memory struct {
	TotalBytes, AvailableBytes uint64
}

// UsedBytes is what cannot be given to a new process.
func (m Memory) UsedBytes() uint64 {
	if m.AvailableBytes > m.TotalBytes {
		return 0
	}
	return m.TotalBytes - m.AvailableBytes
}

// ReadMemory reads the memory of the guest.
func ReadMemory() (Memory, error) {
	content, err := smallfile.Read(unix.AT_FDCWD, "/proc/meminfo")
	if err != nil {
		return Memory{}, err
	}
	return Memory{
		TotalBytes:     kilobytes(content, "MemTotal:"),
		AvailableBytes: kilobytes(content, "MemAvailable:"),
	}, nil
}

func kilobytes(content []byte, name string) uint64 {
	_, rest, found := bytes.Cut(content, []byte(name))
	if !found {
		return 0
	}
	fields := bytes.Fields(rest[:min(len(rest), 64)])
	if len(fields) == 0 {
		return 0
	}
	value, _ := strconv.ParseUint(string(fields[0]), 10, 64)
	return value << 10
}
