// Package metrics measures what the guest uses.
package metrics

import (
	"bytes"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/procfs"
)

// Sample is one measurement of the whole guest.
type Sample struct {
	CPUPercent                         float64
	CPUCount                           int
	MemoryUsedBytes, MemoryTotalBytes  uint64
	DiskUsedBytes, DiskTotalBytes      uint64
	NetworkReadBytes, NetworkSentBytes uint64
	ProcessCount                       int
}

// Meter keeps the previous CPU reading, from which the next percentage is counted.
type Meter struct {
	mu   sync.Mutex
	at   time.Time
	busy time.Duration
}

// NewMeter begins to count now.
func NewMeter() *Meter {
	busy, _ := readCPU()
	return &Meter{at: time.Now(), busy: busy}
}

// Take measures. What cannot be read stays zero.
func (m *Meter) Take() Sample {
	var sample Sample
	sample.CPUPercent, sample.CPUCount = m.cpu()
	if memory, err := procfs.ReadMemory(); err == nil {
		sample.MemoryUsedBytes, sample.MemoryTotalBytes = memory.UsedBytes(), memory.TotalBytes
	}
	var disk unix.Statfs_t
	if unix.Statfs("/", &disk) == nil {
		block := uint64(disk.Bsize)
		sample.DiskTotalBytes = disk.Blocks * block
		sample.DiskUsedBytes = (disk.Blocks - disk.Bfree) * block
	}
	sample.NetworkReadBytes, sample.NetworkSentBytes = readNetwork()
	if pids, err := procfs.PIDs(); err == nil {
		sample.ProcessCount = len(pids)
	}
	return sample
}

func (m *Meter) cpu() (percent float64, count int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	busy, count := readCPU()
	now := time.Now()
	if passed := now.Sub(m.at); passed > 0 && busy > m.busy {
		percent = 100 * float64(busy-m.busy) / float64(passed)
	}
	m.at, m.busy = now, busy
	// The kernel counts in ticks, so a short interval can come out above what is possible.
	return min(percent, float64(100*count)), count
}

// readCPU returns the time that all cores together were busy, and their number.
func readCPU() (busy time.Duration, count int) {
	content, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 1
	}
	const tick = 10 * time.Millisecond
	for line := range bytes.Lines(content) {
		fields := bytes.Fields(line)
		if len(fields) < 5 || !bytes.HasPrefix(fields[0], []byte("cpu")) {
			continue
		}
		if len(fields[0]) > 3 {
			count++
			continue
		}
		for i, field := range fields[1:] {
			// Idle time and waiting are not busy; guest time is already in user time.
			if value, err := strconv.ParseUint(string(field), 10, 63); err == nil && i != 3 && i != 4 && i < 8 {
				busy += time.Duration(value) * tick
			}
		}
	}
	return busy, max(1, count)
}

// readNetwork sums all interfaces but the loopback.
func readNetwork() (read, sent uint64) {
	content, err := os.ReadFile("/proc/net/dev")
	if err != nil {
		return 0, 0
	}
	for line := range bytes.Lines(content) {
		name, counters, found := bytes.Cut(line, []byte(":"))
		fields := bytes.Fields(counters)
		if !found || len(fields) < 9 || string(bytes.TrimSpace(name)) == "lo" {
			continue
		}
		in, _ := strconv.ParseUint(string(fields[0]), 10, 64)
		out, _ := strconv.ParseUint(string(fields[8]), 10, 64)
		read, sent = read+in, sent+out
	}
	return read, sent
}
