package gate

import (
	"context"
	"errors"
	"testing"

	"nullspace.dev/guest/internal/problem"
)

func enter(t *testing.T, gate *Gate) (context.Context, *Call) {
	t.Helper()
	ctx, call, err := gate.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return ctx, call
}

func refusedWith(t *testing.T, gate *Gate, code string) {
	t.Helper()
	_, _, err := gate.Enter(t.Context())
	var known *problem.Problem
	if !errors.As(err, &known) || known.Code != code {
		t.Fatalf("wanted %s, got %v", code, err)
	}
}

func TestFreezeCutsCallsAndWaitsForThem(t *testing.T) {
	gate := New()
	ctx, call := enter(t, gate)
	empty := gate.Freeze("backup")
	refusedWith(t, gate, problem.SandboxPaused)
	var cause *problem.Problem
	if !errors.As(context.Cause(ctx), &cause) || cause.Code != problem.SandboxPaused {
		t.Fatalf("cut off with %v", context.Cause(ctx))
	}
	select {
	case <-empty:
		t.Fatal("empty while a call is inside")
	default:
	}
	call.Leave()
	<-empty
	<-gate.Freeze("again")
	gate.Thaw()
	_, call = enter(t, gate)
	call.Leave()
}

func TestOnlyAdmitOpensTheGateOfACopy(t *testing.T) {
	gate := New()
	gate.Freeze("")
	gate.Admit()
	refusedWith(t, gate, problem.SandboxPaused)
	gate.Restore()
	gate.Thaw()
	refusedWith(t, gate, problem.Restoring)
	gate.Freeze("")
	gate.Thaw()
	refusedWith(t, gate, problem.Restoring)
	gate.Admit()
	_, call := enter(t, gate)
	call.Leave()
}
