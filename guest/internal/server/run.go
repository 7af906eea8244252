package server

import (
	"context"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/output"
	"nullspace.dev/guest/internal/processes"
)

// defaultMaxOutputBytes are kept of each stream of a Run that names no bound.
const defaultMaxOutputBytes = 16 << 20

// Run starts a command and answers when it has ended. It goes on when the caller hangs up.
func (s *Service) Run(ctx context.Context, request *connect.Request[guestv1.RunRequest]) (*connect.Response[guestv1.RunResponse], error) {
	message := request.Msg
	limit := message.GetMaxOutputBytes()
	if limit == 0 {
		limit = defaultMaxOutputBytes
	}
	process, err := s.Processes.Start(ctx, specOf(message.GetCommand()), processes.Options{
		Timeout: timeoutOf(message.GetCommand()), Stdin: len(message.GetStdin()) > 0, CaptureBytes: limit,
		Internal: isRehearsal(ctx),
	})
	if err != nil {
		return nil, refuse(err)
	}
	defer process.Log.Release()
	if len(message.GetStdin()) > 0 {
		go process.FeedStdin(message.GetStdin())
	}
	select {
	case <-process.Done():
	case <-ctx.Done():
		return nil, refuse(ctx.Err())
	}
	process.Drain()
	select {
	case <-process.Ended():
	case <-ctx.Done():
		return nil, refuse(ctx.Err())
	}
	response := &guestv1.RunResponse{Pid: uint32(process.PID), Exit: exitOf(process)}
	response.Stdout, response.StdoutTruncated = process.Log.Collect(output.Stdout, limit)
	response.Stderr, response.StderrTruncated = process.Log.Collect(output.Stderr, limit)
	return connect.NewResponse(response), nil
}
