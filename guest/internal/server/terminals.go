package server

import (
	"context"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/processes"
)

// ResizeTerminal changes the size of a command's terminal.
func (s *Service) ResizeTerminal(_ context.Context, request *connect.Request[guestv1.ResizeTerminalRequest]) (*connect.Response[guestv1.ResizeTerminalResponse], error) {
	process, err := s.Processes.Find(request.Msg.GetPid())
	if err != nil {
		return nil, refuse(err)
	}
	size := processes.Size{Columns: request.Msg.GetTerminal().GetColumns(), Rows: request.Msg.GetTerminal().GetRows()}
	if err := process.Resize(size); err != nil {
		return nil, refuse(err)
	}
	return connect.NewResponse(&guestv1.ResizeTerminalResponse{}), nil
}

// EndProcesses ends every process of the guest but the agent.
func (s *Service) EndProcesses(context.Context, *connect.Request[guestv1.EndProcessesRequest]) (*connect.Response[guestv1.EndProcessesResponse], error) {
	ended, err := s.Processes.EndAll()
	if err != nil {
		return nil, refuse(err)
	}
	return connect.NewResponse(&guestv1.EndProcessesResponse{Ended: uint32(ended)}), nil
}
