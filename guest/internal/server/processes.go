package server

import (
	"context"
	"errors"
	"io"
	"syscall"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/output"
	"nullspace.dev/guest/internal/problem"
	"nullspace.dev/guest/internal/processes"
)

// Start starts a command with an open stdin, or on a terminal.
func (s *Service) Start(ctx context.Context, request *connect.Request[guestv1.StartRequest]) (*connect.Response[guestv1.StartResponse], error) {
	command := request.Msg.GetCommand()
	options := processes.Options{
		Timeout: timeoutOf(command), Stdin: true, Tag: request.Msg.GetTag(),
		Piped: request.Msg.GetPiped(), SFTP: request.Msg.GetSftp(),
	}
	if terminal := request.Msg.GetTerminal(); terminal != nil {
		options.Terminal = &processes.Size{Columns: terminal.GetColumns(), Rows: terminal.GetRows()}
	}
	process, err := s.Processes.Start(ctx, specOf(command), options)
	if err != nil {
		return nil, refuse(err)
	}
	if request.Msg.GetAttachFollows() || request.Msg.GetPiped() {
		process.Log.ExpectReader()
	}
	if request.Msg.GetPiped() {
		time.AfterFunc(claimPatience, func() { leaveUnclaimed(process) })
	}
	return connect.NewResponse(&guestv1.StartResponse{Pid: uint32(process.PID)}), nil
}

// claimPatience is how long the reader of a piped command may take to come.
const claimPatience = 30 * time.Second

// leaveUnclaimed hangs up a command whose reader has never come.
func leaveUnclaimed(process *processes.Process) {
	if process.Claim() {
		process.Log.AttachAtEnd(0).Close()
		process.HangUp()
	}
}

// Attach streams output without a gap between what is kept and what comes.
func (s *Service) Attach(ctx context.Context, request *connect.Request[guestv1.AttachRequest], stream *connect.ServerStream[guestv1.AttachResponse]) error {
	process, err := s.Processes.Find(request.Msg.GetPid())
	if err != nil {
		return refuse(err)
	}
	var reader *output.Reader
	switch {
	case request.Msg.GetNewOutputOnly():
		reader = process.Log.AttachAtEnd(0)
	case request.Msg.GetLastBytes() > 0:
		reader = process.Log.AttachAtEnd(request.Msg.GetLastBytes())
	default:
		reader = process.Log.Attach(request.Msg.GetStdoutOffset(), request.Msg.GetStderrOffset())
	}
	owner := process.Claim()
	defer func() {
		reader.Close()
		if owner {
			process.HangUp()
			process.Log.Forget()
		}
	}()
	stdout, stderr := reader.Offsets()
	started := &guestv1.AttachStarted{Pid: uint32(process.PID), StdoutOffset: stdout, StderrOffset: stderr}
	if err := stream.Send(&guestv1.AttachResponse{Event: &guestv1.AttachResponse_Started{Started: started}}); err != nil {
		return err
	}
	for {
		piece, err := reader.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && s.frozen(ctx) {
			return s.sendFrozen(stream, reader)
		}
		if err != nil {
			return refuse(err)
		}
		event := &guestv1.Output{Stream: guestv1.Stream(piece.Stream), Offset: piece.Offset, Data: piece.Data}
		if err := stream.Send(&guestv1.AttachResponse{Event: &guestv1.AttachResponse_Output{Output: event}}); err != nil {
			return err
		}
	}
	select {
	case <-process.Done():
	case <-ctx.Done():
		if s.frozen(ctx) {
			return s.sendFrozen(stream, reader)
		}
		return refuse(ctx.Err())
	}
	return stream.Send(&guestv1.AttachResponse{Event: &guestv1.AttachResponse_Exit{Exit: exitOf(process)}})
}

// frozen tells whether the call of ctx was cut off by Freeze.
func (s *Service) frozen(ctx context.Context) bool {
	cause := cutBy(ctx)
	return cause != nil && cause.Code == problem.SandboxPaused
}

// sendFrozen tells a reader where it can read on after the resume.
func (s *Service) sendFrozen(stream *connect.ServerStream[guestv1.AttachResponse], reader *output.Reader) error {
	stdout, stderr := reader.Offsets()
	frozen := &guestv1.Frozen{Reason: text(s.Gate.Reason()), StdoutOffset: stdout, StderrOffset: stderr}
	return stream.Send(&guestv1.AttachResponse{Event: &guestv1.AttachResponse_Frozen{Frozen: frozen}})
}

// ListProcesses lists running and remembered commands in the order of their start, or shows what one of them uses.
func (s *Service) ListProcesses(_ context.Context, request *connect.Request[guestv1.ListProcessesRequest]) (*connect.Response[guestv1.ListProcessesResponse], error) {
	response := &guestv1.ListProcessesResponse{}
	for _, process := range s.Processes.List() {
		switch wanted := request.Msg.GetPid(); {
		case process.Internal || wanted != 0 && wanted != uint32(process.PID):
		case wanted == 0:
			response.Processes = append(response.Processes, processOf(process))
		default:
			use, shown := process.Use(), processOf(process)
			shown.CpuUs, shown.MemoryBytes, shown.ProcessCount = uint64(use.CPU.Microseconds()), use.ResidentBytes, uint32(use.Processes)
			response.Processes = append(response.Processes, shown)
		}
	}
	return connect.NewResponse(response), nil
}

// ReadOutput returns the start of a command's output. Once it shows an exit the output is complete.
func (s *Service) ReadOutput(ctx context.Context, request *connect.Request[guestv1.ReadOutputRequest]) (*connect.Response[guestv1.ReadOutputResponse], error) {
	process, err := s.Processes.Find(request.Msg.GetPid())
	if err != nil {
		return nil, refuse(err)
	}
	exit := exitOf(process)
	if exit != nil {
		select {
		case <-process.Ended():
		case <-ctx.Done():
			return nil, refuse(ctx.Err())
		}
	}
	kept := process.Log.Snapshot()
	return connect.NewResponse(&guestv1.ReadOutputResponse{
		Stdout: kept.Stdout, Stderr: kept.Stderr, Output: kept.Output, Truncated: kept.Truncated,
		Running: exit == nil, Exit: exit,
	}), nil
}

// Signal reaches the whole tree; signalling an ended command is fine.
func (s *Service) Signal(ctx context.Context, request *connect.Request[guestv1.SignalRequest]) (*connect.Response[guestv1.SignalResponse], error) {
	number := request.Msg.GetSignal()
	if number < 1 || number > 64 {
		return nil, refuse(problem.New(problem.InvalidArgument, "", "signal %d must be from 1 to 64", number))
	}
	process, err := s.Processes.Find(request.Msg.GetPid())
	if err != nil {
		return nil, refuse(err)
	}
	if request.Msg.GetGroupOnly() {
		process.SignalGroup(syscall.Signal(number))
		return connect.NewResponse(&guestv1.SignalResponse{}), nil
	}
	if err := process.Signal(syscall.Signal(number)); err != nil {
		return nil, refuse(err)
	}
	if syscall.Signal(number) == syscall.SIGKILL {
		awaitEnd(ctx, process)
	}
	return connect.NewResponse(&guestv1.SignalResponse{}), nil
}

// killPatience is how long a kill waits for the end that it brings.
const killPatience = time.Second

// awaitEnd makes a kill show in what is asked next. The kernel may take longer than anybody wants to wait.
func awaitEnd(ctx context.Context, process *processes.Process) {
	ctx, cancel := context.WithTimeout(ctx, killPatience)
	defer cancel()
	select {
	case <-process.Done():
	case <-ctx.Done():
	}
}

// WriteStdin writes to the open stdin of a command.
func (s *Service) WriteStdin(ctx context.Context, request *connect.Request[guestv1.WriteStdinRequest]) (*connect.Response[guestv1.WriteStdinResponse], error) {
	process, err := s.Processes.Find(request.Msg.GetPid())
	if err != nil {
		return nil, refuse(err)
	}
	if err := process.WriteStdin(ctx, request.Msg.GetData(), request.Msg.GetClose()); err != nil {
		return nil, refuse(err)
	}
	return connect.NewResponse(&guestv1.WriteStdinResponse{}), nil
}
