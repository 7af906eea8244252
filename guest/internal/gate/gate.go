// Package gate keeps calls out while the guest is saved, or not yet itself after a restore.
package gate

import (
	"context"
	"fmt"
	"sync"

	"nullspace.dev/guest/internal/problem"
)

type state int

const (
	open state = iota
	frozen
	restoring
)

// Gate counts the calls that are inside and cuts them off when it closes.
type Gate struct {
	mu     sync.Mutex
	state  state
	reason string
	inside map[*Call]struct{}
	// empty is closed when the last call has left a closed gate.
	empty chan struct{}
}

// Call is one call inside.
type Call struct {
	gate *Gate
	cut  context.CancelCauseFunc
}

// New makes an open gate.
func New() *Gate { return &Gate{inside: map[*Call]struct{}{}} }

// Enter lets a call in, or says why not. Its context ends with a problem as the cause when the gate closes.
func (g *Gate) Enter(ctx context.Context) (context.Context, *Call, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if refusal := g.refusal(); refusal != nil {
		return nil, nil, refusal
	}
	ctx, cut := context.WithCancelCause(ctx)
	call := &Call{gate: g, cut: cut}
	g.inside[call] = struct{}{}
	return ctx, call, nil
}

// Leave ends a call.
func (c *Call) Leave() {
	c.cut(nil)
	g := c.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.inside, c)
	if len(g.inside) == 0 && g.empty != nil {
		close(g.empty)
		g.empty = nil
	}
}

// Freeze closes the gate. What it returns is closed when no call is inside any more.
func (g *Gate) Freeze(reason string) <-chan struct{} { return g.close(frozen, reason) }

// Restore closes the gate until Admit: the guest is a copy that does not know itself yet.
func (g *Gate) Restore() { g.close(restoring, "") }

// Thaw opens a frozen gate. A copy's stays closed.
func (g *Gate) Thaw() { g.leave(frozen) }

// Admit opens the gate of a copy. A frozen one's stays closed.
func (g *Gate) Admit() { g.leave(restoring) }

func (g *Gate) leave(from state) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.state == from {
		g.state = open
	}
}

func (g *Gate) close(to state, reason string) <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	// A copy may not be opened by the Thaw that its original was to get.
	if g.state != restoring || to == restoring {
		g.state, g.reason = to, reason
	}
	refusal := g.refusal()
	for call := range g.inside {
		call.cut(refusal)
	}
	empty := make(chan struct{})
	if len(g.inside) == 0 {
		close(empty)
		return empty
	}
	if g.empty == nil {
		g.empty = empty
	}
	return g.empty
}

func (g *Gate) refusal() error {
	switch g.state {
	case frozen:
		return Frozen(g.reason)
	case restoring:
		return problem.New(problem.Restoring, "", "the sandbox is being restored; try again in a moment")
	}
	return nil
}

// Frozen is why a call is refused or cut off while the guest is saved.
func Frozen(reason string) *problem.Problem {
	message := "the sandbox is being paused"
	if reason != "" {
		message = fmt.Sprintf("%s (%s)", message, reason)
	}
	return problem.New(problem.SandboxPaused, "", "%s; resume it and try again", message)
}

// Reason is the text that the gate was frozen with.
func (g *Gate) Reason() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.reason
}
