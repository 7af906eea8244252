// Package procfs reads what the kernel tells about processes and the machine.
package procfs

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"time"
)

// Process is one line of the process table.
type Process struct {
	PID, Parent, Group, Session int
	Name                        string
	State                       byte
	Threads                     int
	ResidentBytes               uint64
	// CPU is the processor time of the process and of its ended children that it waited for.
	CPU time.Duration
}

// clockTicks a second are what the kernel counts processor time in, on every machine that Go runs on.
const clockTicks = 100

// Alive is false for a process that only waits to be reaped.
func (p Process) Alive() bool { return p.State != 'Z' && p.State != 'X' }

// PIDs lists all processes that this one can see.
func PIDs() ([]int, error) {
	directory, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer directory.Close()
	names, err := directory.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	pids := make([]int, 0, len(names))
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// Processes reads all processes; those that end meanwhile are left out.
func Processes() ([]Process, error) {
	pids, err := PIDs()
	if err != nil {
		return nil, err
	}
	processes := make([]Process, 0, len(pids))
	for _, pid := range pids {
		if process, ok := Read(pid); ok {
			processes = append(processes, process)
		}
	}
	return processes, nil
}

// Read reads one process.
func Read(pid int) (Process, bool) {
	content, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return Process{}, false
	}
	return parseStat(pid, content)
}

// The name may hold spaces and brackets, so the fields are counted from its last bracket on.
func parseStat(pid int, content []byte) (Process, bool) {
	open, end := bytes.IndexByte(content, '('), bytes.LastIndexByte(content, ')')
	if open < 0 || end < open {
		return Process{}, false
	}
	fields := strings.Fields(string(content[end+1:]))
	if len(fields) < 22 {
		return Process{}, false
	}
	number := func(field int) int {
		value, _ := strconv.Atoi(fields[field])
		return value
	}
	return Process{
		PID: pid, Name: string(content[open+1 : end]), State: fields[0][0],
		Parent: number(1), Group: number(2), Session: number(3), Threads: max(1, number(17)),
		ResidentBytes: uint64(max(0, number(21))) * uint64(os.Getpagesize()),
		CPU:           time.Duration(number(11)+number(12)+number(13)+number(14)) * (time.Second / clockTicks),
	}, true
}

// Variable returns what name was in the environment that a process was started with.
func Variable(pid int, name string) (string, bool) {
	content, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return "", false
	}
	prefix := []byte(name + "=")
	for variable := range bytes.SplitSeq(content, []byte{0}) {
		if value, found := bytes.CutPrefix(variable, prefix); found {
			return string(value), true
		}
	}
	return "", false
}
