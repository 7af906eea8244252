package processes

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/accounts"
	"nullspace.dev/guest/internal/output"
	"nullspace.dev/guest/internal/problem"
)

// terminalType is what programs are told unless the caller, the sandbox or the image says otherwise.
const terminalType = "xterm-256color"

// Size of a terminal.
type Size struct{ Columns, Rows uint32 }

func (s Size) check() error {
	if s.Columns < 1 || s.Columns > 1<<16-1 || s.Rows < 1 || s.Rows > 1<<16-1 {
		return problem.New(problem.InvalidArgument, "", "terminal of %d columns and %d rows: both must be from 1 to 65535", s.Columns, s.Rows)
	}
	return nil
}

// terminal is a pseudo-terminal whose other side is a command's input and output.
type terminal struct {
	// master is closed by the pump, or by hangUp when something else keeps the terminal of an ended command open.
	master *os.File
	tty    *os.File

	mu   sync.Mutex
	size Size
}

func openTerminal(size Size) (*terminal, error) {
	master, tty, err := pty.Open()
	if err != nil {
		return nil, problem.New(problem.ProcessLimit, "", "no terminal for another process: %v", err)
	}
	t := &terminal{master: master, tty: tty, size: size}
	if err := t.resize(size); err != nil {
		t.closeChild()
		t.closeParent()
		return nil, err
	}
	return t, nil
}

func (t *terminal) child() []uintptr {
	fd := t.tty.Fd()
	// Programs expect reads that wait.
	unix.SetNonblock(int(fd), false)
	return []uintptr{fd, fd, fd}
}

func (t *terminal) stdin() *stdin { return newTerminalInput(t.master) }

func (t *terminal) pumps(process *Process) []*pump {
	return []*pump{{process: process, stream: output.Stdout, pipe: t.master}}
}

func (t *terminal) closeChild()  { t.tty.Close() }
func (t *terminal) closeParent() { t.master.Close() }

// hangUp ends the terminal for whatever outlived its command.
func (t *terminal) hangUp() {
	if t != nil {
		t.master.Close()
	}
}

func (t *terminal) resize(size Size) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	raw, err := t.master.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	// The kernel tells the programs in the foreground.
	err = raw.Control(func(fd uintptr) {
		failed = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(size.Columns), Row: uint16(size.Rows)})
	})
	if err = errors.Join(err, failed); err == nil {
		t.size = size
	}
	return err
}

// Resize changes the size of the command's terminal. The last one wins; that of an ended command is fine.
func (p *Process) Resize(size Size) error {
	if err := size.check(); err != nil {
		return err
	}
	if p.terminal == nil {
		return problem.New(problem.NotATerminal, "", "process %d has no terminal; start it with one", p.PID)
	}
	if err := p.terminal.resize(size); err != nil && p.Running() {
		return err
	}
	return nil
}

// TerminalSize returns the size of the command's terminal; false when it has none.
func (p *Process) TerminalSize() (Size, bool) {
	if p.terminal == nil {
		return Size{}, false
	}
	p.terminal.mu.Lock()
	defer p.terminal.mu.Unlock()
	return p.terminal.size, true
}

// loginShell returns the account's shell and its arguments. Accounts of services have one that refuses.
func loginShell(account accounts.Account) (file string, argv []string) {
	file = "/bin/sh"
	for _, candidate := range []string{account.Shell, "/bin/bash"} {
		name := filepath.Base(candidate)
		if strings.HasPrefix(candidate, "/") && name != "nologin" && name != "false" && isExecutable(candidate) {
			file = candidate
			break
		}
	}
	return file, []string{"-" + filepath.Base(file)}
}
