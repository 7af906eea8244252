package server

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/files"
	"nullspace.dev/guest/internal/problem"
)

// maxBatchFiles bounds what one call collects for its answer.
const maxBatchFiles = 100_000

// WriteFiles writes many files and answers for each how it went.
func (s *Service) WriteFiles(_ context.Context, stream *connect.ClientStream[guestv1.WriteFilesRequest]) (*connect.Response[guestv1.WriteFilesResponse], error) {
	batch := batch{service: s}
	defer batch.abort()
	for stream.Receive() {
		if err := batch.take(stream.Msg()); err != nil {
			return nil, refuse(err)
		}
	}
	if err := stream.Err(); err != nil {
		return nil, err
	}
	batch.finish()
	return connect.NewResponse(&guestv1.WriteFilesResponse{Results: batch.results}), nil
}

type batch struct {
	service *Service
	files   files.Batch
	// writer is nil before the first file, and after the current one has failed.
	writer  *files.Writer
	begun   bool
	results []*guestv1.WriteFilesResult
}

// take returns an error only for what cannot be told of a single file.
func (b *batch) take(message *guestv1.WriteFilesRequest) error {
	if file := message.GetFile(); file != nil {
		b.finish()
		if len(b.results) >= maxBatchFiles {
			return problem.New(problem.TooManyEntries, "", "more than %d files in one call; write them in several", maxBatchFiles)
		}
		var err error
		b.begun = true
		if b.writer, err = b.files.Create(b.service.target(file.GetTarget()), files.Wish{Mode: file.GetMode()}); err != nil {
			b.fail(err)
		}
		return nil
	}
	if !b.begun {
		return problem.New(problem.InvalidArgument, "", "data before the first file")
	}
	if b.writer != nil {
		if _, err := b.writer.Write(message.GetData()); err != nil {
			b.fail(err)
		}
	}
	return nil
}

// finish puts the current file in its place.
func (b *batch) finish() {
	if b.writer == nil {
		return
	}
	info, err := b.writer.Commit()
	if err != nil {
		b.fail(err)
		return
	}
	b.writer = nil
	b.results = append(b.results, &guestv1.WriteFilesResult{Result: &guestv1.WriteFilesResult_Info{Info: infoOf(info)}})
}

func (b *batch) fail(err error) {
	if b.writer != nil {
		b.writer.Abort()
		b.writer = nil
	}
	failure := &guestv1.FileFailure{Message: text(err.Error())}
	var known *problem.Problem
	if errors.As(err, &known) {
		failure.Detail = &guestv1.ErrorDetail{Code: known.Code, Path: text(known.Path)}
	}
	b.results = append(b.results, &guestv1.WriteFilesResult{Result: &guestv1.WriteFilesResult_Failure{Failure: failure}})
}

func (b *batch) abort() {
	if b.writer != nil {
		b.writer.Abort()
	}
	b.files.Close()
}
