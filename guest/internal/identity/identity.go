// Package identity runs file operations with the rights of an account.
package identity

import (
	"runtime"
	"syscall"
	"unsafe"

	"nullspace.dev/guest/internal/accounts"
)

const keep = ^uintptr(0)

// As calls work on a thread whose effective user and groups are the account's, so that the kernel checks rights and
// sets owners as for the account itself. The real user stays root: the account cannot signal the thread.
func As(account accounts.Account, work func() error) error {
	if account.IsRoot() {
		return work()
	}
	outcome := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		err := become(account)
		if err == nil {
			err = work()
		}
		// A thread that cannot get its rights back ends together with this goroutine.
		if restore() == nil {
			runtime.UnlockOSThread()
		}
		outcome <- err
	}()
	return <-outcome
}

// The raw calls change the calling thread alone; package syscall's would change all threads.
func become(account accounts.Account) error {
	if err := setGroups(account.Groups); err != nil {
		return err
	}
	if err := call(syscall.SYS_SETRESGID, keep, uintptr(account.GID), keep); err != nil {
		return err
	}
	return call(syscall.SYS_SETRESUID, keep, uintptr(account.UID), keep)
}

func restore() error {
	if err := call(syscall.SYS_SETRESUID, keep, 0, keep); err != nil {
		return err
	}
	if err := call(syscall.SYS_SETRESGID, keep, 0, keep); err != nil {
		return err
	}
	return setGroups(nil)
}

func setGroups(groups []uint32) error {
	if len(groups) == 0 {
		return call(syscall.SYS_SETGROUPS, 0, 0, 0)
	}
	return call(syscall.SYS_SETGROUPS, uintptr(len(groups)), uintptr(unsafe.Pointer(&groups[0])), 0)
}

func call(number, a, b, c uintptr) error {
	if _, _, errno := syscall.RawSyscall(number, a, b, c); errno != 0 {
		return errno
	}
	return nil
}
