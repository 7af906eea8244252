package smallfile

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	path := t.TempDir() + "/file"
	for _, content := range []string{"long " + strings.Repeat("x", 3*pageBytes), "", "short\n", strings.Repeat("y", pageBytes)} {
		if err := Replace(path, content, 0o640); err != nil {
			t.Fatal(err)
		}
		if read, err := Read(unix.AT_FDCWD, path); err != nil || string(read) != content {
			t.Fatalf("%d bytes of %d, %v", len(read), len(content), err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o640 {
		t.Fatal(info.Mode(), err)
	}
}

func TestFilesOfTheKernelAreReadToTheirEnd(t *testing.T) {
	read, err := Read(unix.AT_FDCWD, "/proc/self/status")
	if err != nil || !strings.Contains(string(read), "nonvoluntary_ctxt_switches") {
		t.Fatalf("%q %v", read, err)
	}
}

func TestAFileThatIsNotThereIsNotMade(t *testing.T) {
	folder, err := unix.Open(t.TempDir(), unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(folder)
	if err := Write(folder, "none", "x"); !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if _, err := Read(folder, "none"); !os.IsNotExist(err) {
		t.Fatal(err)
	}
}
