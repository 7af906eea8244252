// Package boot makes a guest out of a bare root filesystem.
package boot

import (
	"os"
	"strings"
	"syscall"
)

type mount struct {
	path, kind, data string
	flags            uintptr
	mode             os.FileMode
}

var mounts = []mount{
	{path: "/proc", kind: "proc", flags: syscall.MS_NOSUID | syscall.MS_NODEV | syscall.MS_NOEXEC, mode: 0o555},
	{path: "/dev/shm", kind: "tmpfs", data: "mode=1777", flags: syscall.MS_NOSUID | syscall.MS_NODEV, mode: 0o1777 | os.ModeSticky},
}

// Prepare mounts and makes what commands expect and the image may lack. Failures are not fatal: the guest may be read-only.
func Prepare() {
	syscall.Umask(0o022)
	present := mounted()
	for _, wanted := range mounts {
		if present[wanted.path] {
			continue
		}
		os.MkdirAll(wanted.path, wanted.mode)
		syscall.Mount(wanted.kind, wanted.path, wanted.kind, wanted.flags, wanted.data)
	}
	for _, folder := range []string{"/run", "/tmp", "/var/tmp"} {
		os.MkdirAll(folder, 0o755)
	}
	for _, shared := range []string{"/tmp", "/var/tmp", "/dev/shm"} {
		if info, err := os.Stat(shared); err == nil && info.Mode() != os.ModeDir|os.ModeSticky|0o777 {
			os.Chmod(shared, 0o777|os.ModeSticky)
		}
	}
	link("/proc/self/fd", "/dev/fd")
	link("/proc/self/fd/0", "/dev/stdin")
	link("/proc/self/fd/1", "/dev/stdout")
	link("/proc/self/fd/2", "/dev/stderr")
}

func link(target, path string) {
	if _, err := os.Lstat(path); os.IsNotExist(err) {
		os.Symlink(target, path)
	}
}

func mounted() map[string]bool {
	present := map[string]bool{}
	content, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return present
	}
	for line := range strings.Lines(string(content)) {
		if fields := strings.Fields(line); len(fields) > 1 {
			present[fields[1]] = true
		}
	}
	return present
}
