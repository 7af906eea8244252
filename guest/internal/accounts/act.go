package accounts

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Act runs act with the rights of the account: on a thread of its own, which ends with it. What act does must be done by
// calls of this thread, as opening and connecting sockets is.
func (a Account) Act(act func() error) error {
	if a.IsRoot() {
		return act()
	}
	done := make(chan error, 1)
	go func() {
		// Never unlocked: no other goroutine may get a thread that has lost its rights.
		runtime.LockOSThread()
		if err := a.become(); err != nil {
			done <- err
			return
		}
		done <- act()
	}()
	return <-done
}

// become changes the thread alone, where the functions of package unix would change them all.
func (a Account) become() error {
	groups := append([]uint32{a.GID}, a.Groups...)
	for _, call := range [][4]uintptr{
		{unix.SYS_SETGROUPS, uintptr(len(groups)), uintptr(unsafe.Pointer(&groups[0]))},
		{unix.SYS_SETRESGID, uintptr(a.GID), uintptr(a.GID), uintptr(a.GID)},
		{unix.SYS_SETRESUID, uintptr(a.UID), uintptr(a.UID), uintptr(a.UID)},
	} {
		if _, _, failed := unix.RawSyscall(call[0], call[1], call[2], call[3]); failed != 0 {
			return failed
		}
	}
	runtime.KeepAlive(groups)
	return nil
}
