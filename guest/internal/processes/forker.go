package processes

import (
	"runtime"
	"syscall"

	"nullspace.dev/guest/internal/ceiling"
)

// forker starts programs from a thread that sits in the group of all commands, so that they are in it from the first moment.
type forker struct {
	requests chan *forkRequest
}

type forkRequest struct {
	program string
	argv    []string
	attr    *syscall.ProcAttr
	pid     int
	err     error
	done    chan struct{}
}

func newForker(limit *ceiling.Ceiling) *forker {
	if !limit.Enforced() {
		return &forker{}
	}
	f := &forker{requests: make(chan *forkRequest)}
	joined := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := limit.JoinThread()
		joined <- err
		if err != nil {
			return
		}
		for request := range f.requests {
			request.pid, request.err = syscall.ForkExec(request.program, request.argv, request.attr)
			close(request.done)
		}
	}()
	if <-joined != nil {
		return &forker{}
	}
	return f
}

func (f *forker) fork(program string, argv []string, attr *syscall.ProcAttr) (int, error) {
	if f.requests == nil {
		return syscall.ForkExec(program, argv, attr)
	}
	request := &forkRequest{program: program, argv: argv, attr: attr, done: make(chan struct{})}
	f.requests <- request
	<-request.done
	return request.pid, request.err
}
