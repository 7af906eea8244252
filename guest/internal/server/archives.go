package server

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/archive"
	"nullspace.dev/guest/internal/files"
	"nullspace.dev/guest/internal/problem"
)

// PackDirectory streams a folder as a tar.
func (s *Service) PackDirectory(ctx context.Context, request *connect.Request[guestv1.PackDirectoryRequest], stream *connect.ServerStream[guestv1.PackDirectoryResponse]) error {
	buffer := bufio.NewWriterSize(packed{stream}, readBytes)
	if err := files.Pack(ctx, s.target(request.Msg.GetTarget()), buffer, request.Msg.GetSpecialModes()); err != nil {
		return refuse(err)
	}
	return buffer.Flush()
}

// packed sends pieces of a tar.
type packed struct {
	stream *connect.ServerStream[guestv1.PackDirectoryResponse]
}

func (p packed) Write(data []byte) (written int, err error) {
	for len(data) > 0 {
		piece := data[:min(len(data), readBytes)]
		if err := p.stream.Send(&guestv1.PackDirectoryResponse{Data: piece}); err != nil {
			return written, err
		}
		written += len(piece)
		data = data[len(piece):]
	}
	return written, nil
}

var conflicts = map[guestv1.ArchiveConflict]files.Conflict{
	guestv1.ArchiveConflict_ARCHIVE_CONFLICT_MERGE:   files.Merge,
	guestv1.ArchiveConflict_ARCHIVE_CONFLICT_REPLACE: files.Replaces,
	guestv1.ArchiveConflict_ARCHIVE_CONFLICT_ERROR:   files.Refuse,
}

// UnpackArchive unpacks a tar that is streamed.
func (s *Service) UnpackArchive(ctx context.Context, stream *connect.ClientStream[guestv1.UnpackArchiveRequest]) (*connect.Response[guestv1.UnpackArchiveResponse], error) {
	if !stream.Receive() {
		if err := stream.Err(); err != nil {
			return nil, err
		}
		return nil, refuse(problem.New(problem.InvalidArgument, "", "the first message must hold options"))
	}
	options := stream.Msg().GetOptions()
	source := &archived{stream: stream, left: stream.Msg().GetData()}
	result, err := files.Unpack(ctx, s.target(options.GetTarget()), source, files.UnpackOptions{
		Conflict: conflicts[options.GetConflict()], MaxBytes: options.GetMaxBytes(), MaxEntries: options.GetMaxEntries(), Owner: options.GetOwner(),
		SpecialModes: options.GetSpecialModes(), KeepFolders: options.GetKeepFolders(),
	})
	if err != nil {
		return nil, refuse(err)
	}
	return connect.NewResponse(&guestv1.UnpackArchiveResponse{Bytes: result.Bytes, Files: result.Files}), nil
}

// archived reads the pieces of a tar.
type archived struct {
	stream *connect.ClientStream[guestv1.UnpackArchiveRequest]
	left   []byte
}

func (a *archived) Read(into []byte) (int, error) {
	for len(a.left) == 0 {
		if !a.stream.Receive() {
			if err := a.stream.Err(); err != nil {
				return 0, fmt.Errorf("%w: %w", archive.ErrSource, err)
			}
			return 0, io.EOF
		}
		if a.stream.Msg().GetOptions() != nil {
			return 0, fmt.Errorf("%w: %w", archive.ErrSource, problem.New(problem.InvalidArgument, "", "only the first message may hold options"))
		}
		a.left = a.stream.Msg().GetData()
	}
	n := copy(into, a.left)
	a.left = a.left[n:]
	return n, nil
}
