package procfs

import (
	"os"
	"testing"
)

func TestStatWithHostileNames(t *testing.T) {
	line := "7 (a) b) R) S 3 4 5 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 100 1000 25 0"
	process, ok := parseStat(7, []byte(line))
	want := Process{PID: 7, Parent: 3, Group: 4, Session: 5, Name: "a) b) R", State: 'S', Threads: 9, ResidentBytes: 25 * uint64(os.Getpagesize())}
	if !ok || process != want {
		t.Fatalf("%+v", process)
	}
	for _, broken := range []string{"", "7", "7 (a", "7 )a( S", "7 (a) S 1"} {
		if _, ok := parseStat(7, []byte(broken)); ok {
			t.Errorf("%q was read", broken)
		}
	}
}

func TestOwnProcess(t *testing.T) {
	process, ok := Read(os.Getpid())
	if !ok || process.Parent != os.Getppid() || process.ResidentBytes == 0 || !process.Alive() {
		t.Fatalf("%+v", process)
	}
	if memory, err := ReadMemory(); err != nil || memory.UsedBytes() == 0 {
		t.Fatalf("%+v %v", memory, err)
	}
}
