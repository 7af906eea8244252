package server

import (
	"context"
	"errors"
	"io"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/files"
	"nullspace.dev/guest/internal/problem"
)

// readBytes is the size of one message of ReadFile.
const readBytes = 256 << 10

// ReadFile streams a file, or a part of it.
func (s *Service) ReadFile(ctx context.Context, request *connect.Request[guestv1.ReadFileRequest], stream *connect.ServerStream[guestv1.ReadFileResponse]) error {
	file, info, err := files.Open(s.target(request.Msg.GetTarget()))
	if err != nil {
		return refuse(err)
	}
	defer file.Close()
	offset := request.Msg.GetOffset()
	if offset > 1<<62 {
		return refuse(problem.New(problem.InvalidArgument, "", "offset is beyond any file"))
	}
	if offset > 0 {
		if _, err := file.Seek(int64(offset), io.SeekStart); err != nil {
			return refuse(problem.FromFile(err, info.Path))
		}
	}
	left := request.Msg.GetMaxBytes()
	if left == 0 {
		left = ^uint64(0)
	}
	// A small file, the usual case, does not pay for a large buffer.
	buffer := make([]byte, min(readBytes, left, max(4096, info.Size+1)))
	for first := true; ; first = false {
		n, err := file.Read(buffer[:min(uint64(len(buffer)), left)])
		if err != nil && !errors.Is(err, io.EOF) {
			return refuse(problem.FromFile(err, info.Path))
		}
		left -= uint64(n)
		if n > 0 || first {
			message := &guestv1.ReadFileResponse{Data: buffer[:n]}
			if first {
				message.Info = infoOf(info)
			}
			if err := stream.Send(message); err != nil {
				return err
			}
		}
		if n == 0 || left == 0 {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return refuse(err)
		}
	}
}

// WriteFile replaces a file once all its bytes have come.
func (s *Service) WriteFile(_ context.Context, stream *connect.ClientStream[guestv1.WriteFileRequest]) (*connect.Response[guestv1.WriteFileResponse], error) {
	if !stream.Receive() {
		if err := stream.Err(); err != nil {
			return nil, err
		}
		return nil, refuse(problem.New(problem.InvalidArgument, "", "the first message must name a target"))
	}
	wish := files.Wish{Mode: stream.Msg().GetMode(), MustNotExist: stream.Msg().GetMustNotExist()}
	writer, err := files.Create(s.target(stream.Msg().GetTarget()), wish)
	if err != nil {
		return nil, refuse(err)
	}
	defer writer.Abort()
	for {
		if _, err := writer.Write(stream.Msg().GetData()); err != nil {
			return nil, refuse(err)
		}
		if !stream.Receive() {
			break
		}
		if stream.Msg().GetTarget() != nil {
			return nil, refuse(problem.New(problem.InvalidArgument, "", "only the first message may name a target"))
		}
	}
	if err := stream.Err(); err != nil {
		return nil, err
	}
	info, err := writer.Commit()
	if err != nil {
		return nil, refuse(err)
	}
	return connect.NewResponse(&guestv1.WriteFileResponse{Info: infoOf(info)}), nil
}
