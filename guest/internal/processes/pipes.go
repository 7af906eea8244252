package processes

import (
	"os"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/output"
	"nullspace.dev/guest/internal/problem"
)

// ends are what connects the agent with one command: pipes, or a terminal.
type ends interface {
	child() []uintptr
	stdin() *stdin
	pumps(process *Process) []*pump
	closeChild()
	closeParent()
}

// pipes connect the agent with one command.
type pipes struct {
	stdout, stderr, input *os.File
	ends                  [3]int
	ownInput              bool
}

var emptyInput = mustOpenNull()

func mustOpenNull() int {
	fd, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1
	}
	return fd
}

func openPipes(withInput bool) (*pipes, error) {
	p := &pipes{ends: [3]int{emptyInput, -1, -1}}
	var err error
	if withInput {
		p.ownInput = true
		p.ends[0], p.input, err = openPipe(0)
	} else if emptyInput < 0 {
		p.ownInput = true
		p.ends[0], err = unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	}
	if err == nil {
		p.ends[1], p.stdout, err = openPipe(1)
	}
	if err == nil {
		p.ends[2], p.stderr, err = openPipe(1)
	}
	if err != nil {
		p.closeChild()
		p.closeParent()
		return nil, problem.New(problem.ProcessLimit, "", "no pipes for another process: %v", err)
	}
	return p, nil
}

// openPipe returns the child's end, which blocks, and the agent's, which does not.
func openPipe(childEnd int) (int, *os.File, error) {
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		return -1, nil, err
	}
	own := ends[1-childEnd]
	unix.SetNonblock(own, true)
	return ends[childEnd], os.NewFile(uintptr(own), "pipe"), nil
}

func (p *pipes) child() []uintptr {
	return []uintptr{uintptr(p.ends[0]), uintptr(p.ends[1]), uintptr(p.ends[2])}
}

func (p *pipes) stdin() *stdin {
	if p.input == nil {
		return nil
	}
	return newStdin(p.input)
}

func (p *pipes) pumps(process *Process) []*pump {
	return []*pump{{process: process, stream: output.Stdout, pipe: p.stdout}, {process: process, stream: output.Stderr, pipe: p.stderr}}
}

func (p *pipes) closeChild() {
	if p.ownInput && p.ends[0] >= 0 {
		unix.Close(p.ends[0])
	}
	for _, fd := range p.ends[1:] {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

func (p *pipes) closeParent() {
	for _, file := range []*os.File{p.input, p.stdout, p.stderr} {
		if file != nil {
			file.Close()
		}
	}
}
