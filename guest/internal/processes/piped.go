package processes

import (
	"math"
	"os"
	"syscall"

	"nullspace.dev/guest/internal/output"
)

// pipedLimits keep what the reader has not got yet, and hold the writer back rather than lose anything of it.
var pipedLimits = output.Limits{
	TailBytes: 512 << 10, StarvedTailBytes: 64 << 10, MemoryBytes: 1 << 20, Patience: math.MaxInt64,
}

// Claim makes the caller the reader that a piped command belongs to; false for other commands and for later readers.
func (p *Process) Claim() bool { return p.piped && p.claimed.CompareAndSwap(false, true) }

// HangUp leaves a command whose reader has gone, as the end of a connection does: it has no input any more, its programs
// are told when they have a terminal, and otherwise when they write.
func (p *Process) HangUp() {
	if !p.Running() || p.PID >= firstSynthetic {
		return
	}
	p.stdin.close()
	if p.terminal != nil {
		syscall.Kill(-p.PID, syscall.SIGHUP)
		// One that was stopped would not hear it.
		syscall.Kill(-p.PID, syscall.SIGCONT)
	}
	for _, pump := range p.pumps {
		pump.pipe.Close()
	}
}

// SignalGroup sends a signal to the process group that the command leads.
func (p *Process) SignalGroup(signal syscall.Signal) {
	if p.Running() && p.PID < firstSynthetic {
		syscall.Kill(-p.PID, signal)
	}
}

// settled tells whether all that an ended command wrote has been taken over; not while a pump has a piece that its reader
// has no room for yet.
func (p *Process) settled() bool {
	for _, pump := range p.pumps {
		if !pump.drain() {
			return false
		}
	}
	return true
}

// sftpServer is this program as a server of files: see main.
func sftpServer() (file string, argv []string) {
	own, err := os.Executable()
	if err != nil {
		return "", nil
	}
	return own, []string{"sftp-server", "sftp"}
}
