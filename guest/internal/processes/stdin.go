package processes

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"nullspace.dev/guest/internal/problem"
)

// defaultStdinPatience is how long a write waits for a command that does not read.
const defaultStdinPatience = 10 * time.Second

// stdin is the writing end of a command's input; nil where the input is empty.
type stdin struct {
	turn chan struct{}
	mu   sync.Mutex
	pipe *os.File
	// writing counts the calls that write or wait for their turn.
	writing int
	// ending takes no more writes: the input ends after those that were there before.
	ending bool
	// terminal inputs share their file with the output, which closes it.
	terminal bool
}

func newStdin(pipe *os.File) *stdin { return &stdin{turn: make(chan struct{}, 1), pipe: pipe} }

func newTerminalInput(master *os.File) *stdin {
	return &stdin{turn: make(chan struct{}, 1), pipe: master, terminal: true}
}

// endOfFile is what ends the input of a program that reads lines from a terminal.
const endOfFile = 4

func (s *stdin) close() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pipe != nil && !s.terminal {
		s.pipe.Close()
	}
	s.pipe = nil
}

func (s *stdin) open() *os.File {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pipe
}

// enter announces a write; false when the input takes no more.
func (s *stdin) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pipe == nil || s.ending {
		return false
	}
	s.writing++
	return true
}

func (s *stdin) leave() {
	s.mu.Lock()
	s.writing--
	over := s.ending && s.writing == 0
	s.mu.Unlock()
	if over {
		s.close()
	}
}

// end ends the input after the writes that wait, without waiting for them.
func (s *stdin) end() {
	if s.enter() {
		s.mu.Lock()
		s.ending = true
		s.mu.Unlock()
		s.leave()
	}
}

// InputWaits tells whether that many writes are under way.
func (p *Process) InputWaits(writes int) bool {
	p.stdin.mu.Lock()
	defer p.stdin.mu.Unlock()
	return p.stdin.writing >= writes
}

// WriteStdin writes data and closes the input when last is set; on a terminal it types the end of a file. Writes of several callers do not mix.
func (p *Process) WriteStdin(ctx context.Context, data []byte, last bool) error {
	if p.stdin == nil {
		return closedStdin(p.PID)
	}
	if last && len(data) == 0 && !p.stdin.terminal {
		// An input that has ended already is as it is wanted.
		p.stdin.end()
		return nil
	}
	if !p.stdin.enter() {
		return closedStdin(p.PID)
	}
	defer p.stdin.leave()
	if !p.piped {
		limited, cancel := context.WithTimeout(ctx, p.table.StdinPatience)
		defer cancel()
		ctx = limited
	}
	select {
	case p.stdin.turn <- struct{}{}:
		defer func() { <-p.stdin.turn }()
	case <-ctx.Done():
		return slowStdin(ctx, p.PID, 0, len(data))
	}
	pipe := p.stdin.open()
	if pipe == nil {
		return closedStdin(p.PID)
	}
	if last && p.stdin.terminal {
		data = append(slices.Clip(data), endOfFile)
	}
	stop := context.AfterFunc(ctx, func() { pipe.SetWriteDeadline(time.Unix(1, 0)) })
	n, err := pipe.Write(data)
	if !stop() {
		pipe.SetWriteDeadline(time.Time{})
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return slowStdin(ctx, p.PID, n, len(data))
	case err != nil:
		return closedStdin(p.PID)
	}
	if last && !p.stdin.terminal {
		p.stdin.close()
	}
	return nil
}

func closedStdin(pid int) error {
	return problem.New(problem.StdinClosed, "", "the stdin of process %d is closed", pid)
}

func slowStdin(ctx context.Context, pid, written, size int) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	return problem.New(problem.StdinFull, "", "process %d does not read its stdin: %d of %d bytes were written", pid, written, size)
}

// FeedStdin writes the whole input of a command and closes it. It ends with the command at the latest.
func (p *Process) FeedStdin(data []byte) {
	if pipe := p.stdin.open(); pipe != nil {
		pipe.Write(data)
	}
	p.stdin.close()
}
