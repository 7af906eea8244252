package server

import (
	"context"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/problem"
)

const (
	// cutPatience is how long calls have to end by themselves before their connections are closed.
	cutPatience = 500 * time.Millisecond
	// maxReasonBytes bounds what is shown to those whose streams end.
	maxReasonBytes = 200
)

// Freeze ends all calls and answers when none is open. Commands go on, but their time limits stand still.
func (s *Service) Freeze(ctx context.Context, request *connect.Request[guestv1.FreezeRequest]) (*connect.Response[guestv1.FreezeResponse], error) {
	reason := request.Msg.GetReason()
	if len(reason) > maxReasonBytes {
		return nil, refuse(problem.New(problem.InvalidArgument, "", "reason must be at most %d bytes", maxReasonBytes))
	}
	empty := s.Gate.Freeze(reason)
	s.Processes.Clock.Stop()
	select {
	case <-empty:
		return connect.NewResponse(&guestv1.FreezeResponse{}), nil
	case <-time.After(cutPatience):
	case <-ctx.Done():
	}
	// Whoever does not read or write is waited for in vain.
	s.Connections.CloseBusy(ctx)
	select {
	case <-empty:
		return connect.NewResponse(&guestv1.FreezeResponse{}), nil
	case <-ctx.Done():
		return nil, refuse(ctx.Err())
	}
}

// Thaw lets calls in again.
func (s *Service) Thaw(context.Context, *connect.Request[guestv1.ThawRequest]) (*connect.Response[guestv1.ThawResponse], error) {
	s.Processes.Clock.Start()
	s.Gate.Thaw()
	return connect.NewResponse(&guestv1.ThawResponse{}), nil
}
