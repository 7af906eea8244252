package server

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1/guestv1connect"
	"nullspace.dev/guest/internal/gate"
	"nullspace.dev/guest/internal/problem"
)

// ungated calls get through a closed gate: they are how it is opened.
var ungated = map[string]bool{
	guestv1connect.GuestServiceHealthProcedure:    true,
	guestv1connect.GuestServiceConfigureProcedure: true,
	guestv1connect.GuestServiceFreezeProcedure:    true,
	guestv1connect.GuestServiceThawProcedure:      true,
}

// gated keeps calls out while the gate is closed, and tells those that were cut off why.
type gated struct{ gate *gate.Gate }

func (g gated) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		if ungated[request.Spec().Procedure] {
			return next(ctx, request)
		}
		ctx, call, err := g.gate.Enter(ctx)
		if err != nil {
			return nil, refuse(err)
		}
		defer call.Leave()
		response, err := next(ctx, request)
		return response, explainCut(ctx, err)
	}
}

func (g gated) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		ctx, call, err := g.gate.Enter(ctx)
		if err != nil {
			return refuse(err)
		}
		defer call.Leave()
		return explainCut(ctx, next(ctx, conn))
	}
}

func (gated) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

func explainCut(ctx context.Context, err error) error {
	if cause := cutBy(ctx); err != nil && cause != nil && connect.CodeOf(err) == connect.CodeCanceled {
		return refuse(cause)
	}
	return err
}

// cutBy is why the gate cut the call of ctx off; nil when it did not.
func cutBy(ctx context.Context) *problem.Problem {
	var cause *problem.Problem
	if errors.As(context.Cause(ctx), &cause) {
		return cause
	}
	return nil
}
