package processes

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/output"
)

// On a busy machine a pump may get its turn long after its command has ended.
func TestTheLastWordsOfACommandWaitForItsPump(t *testing.T) {
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	writer := os.NewFile(uintptr(ends[1]), "writer")
	process := &Process{
		Log:   output.NewLog(output.NewBudget(1<<20), output.DefaultLimits, 1<<20),
		done:  make(chan struct{}),
		ended: make(chan struct{}),
	}
	held := &pump{process: process, stream: output.Stdout, pipe: os.NewFile(uintptr(ends[0]), "pipe")}
	process.pumps, process.unread = []*pump{held}, 1
	writer.WriteString("first\n")
	held.mu.Lock()
	if ready, more := held.read(ends[0]); !ready || !more {
		t.Fatal("nothing was read")
	}
	// The pump has the first piece and is not yet back for more; something else holds the pipe open.
	writer.WriteString("last words\n")
	process.exited = true
	go process.endHeld()
	select {
	case <-process.Ended():
		t.Fatal("the command ended without its last words")
	case <-time.After(50 * time.Millisecond):
	}
	held.mu.Unlock()
	select {
	case <-process.Ended():
	case <-time.After(30 * time.Second):
		t.Fatal("the command did not end")
	}
	if got, _ := process.Log.Collect(output.Stdout, 1<<20); string(got) != "first\nlast words\n" {
		t.Fatalf("%q", got)
	}
	writer.Close()
}
