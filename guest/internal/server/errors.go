package server

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/problem"
)

var connectCodes = map[string]connect.Code{
	problem.FileNotFound:            connect.CodeNotFound,
	problem.FileExists:              connect.CodeAlreadyExists,
	problem.NotADirectory:           connect.CodeFailedPrecondition,
	problem.IsADirectory:            connect.CodeFailedPrecondition,
	problem.PermissionDenied:        connect.CodePermissionDenied,
	problem.DiskFull:                connect.CodeResourceExhausted,
	problem.InvalidPath:             connect.CodeInvalidArgument,
	problem.UnknownUser:             connect.CodeInvalidArgument,
	problem.WorkingDirectoryMissing: connect.CodeFailedPrecondition,
	problem.ProcessNotFound:         connect.CodeNotFound,
	problem.ProcessLimit:            connect.CodeResourceExhausted,
	problem.StdinClosed:             connect.CodeFailedPrecondition,
	problem.StdinFull:               connect.CodeDeadlineExceeded,
	problem.SandboxPaused:           connect.CodeFailedPrecondition,
	problem.Restoring:               connect.CodeUnavailable,
	problem.NotATerminal:            connect.CodeFailedPrecondition,
	problem.InvalidPattern:          connect.CodeInvalidArgument,
	problem.NotText:                 connect.CodeFailedPrecondition,
	problem.WatchLimit:              connect.CodeResourceExhausted,
	problem.TooManyEntries:          connect.CodeResourceExhausted,
	problem.TargetExists:            connect.CodeAlreadyExists,
	problem.ArchiveInvalid:          connect.CodeInvalidArgument,
	problem.ArchiveInvalidPath:      connect.CodeInvalidArgument,
	problem.ArchiveInvalidLink:      connect.CodeInvalidArgument,
	problem.ArchiveUnsupportedEntry: connect.CodeInvalidArgument,
	problem.ArchiveTooLarge:         connect.CodeResourceExhausted,
}

// Refusals that guest.proto has no detail for.
var bareCodes = map[string]connect.Code{
	problem.InvalidArgument: connect.CodeInvalidArgument,
}

// refuse turns an error into what the protocol answers.
func refuse(err error) error {
	if err == nil {
		return nil
	}
	var known *problem.Problem
	switch {
	case errors.As(err, &known):
		return refuseProblem(known)
	case errors.Is(err, context.Canceled):
		return connect.NewError(connect.CodeCanceled, err)
	case errors.Is(err, context.DeadlineExceeded):
		return connect.NewError(connect.CodeDeadlineExceeded, err)
	}
	var already *connect.Error
	if errors.As(err, &already) {
		return err
	}
	return connect.NewError(connect.CodeInternal, err)
}

func refuseProblem(known *problem.Problem) error {
	if code, bare := bareCodes[known.Code]; bare {
		return connect.NewError(code, known)
	}
	refusal := connect.NewError(connectCodes[known.Code], known)
	if detail, err := connect.NewErrorDetail(&guestv1.ErrorDetail{Code: known.Code, Reason: known.Reason, Path: text(known.Path)}); err == nil {
		refusal.AddDetail(detail)
	}
	return refusal
}
