package server

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/files"
	"nullspace.dev/guest/internal/problem"
)

// contentsPath serves the bytes of files without messages around them, which would be copied twice on each side.
const contentsPath = "/contents"

// copyBytes are moved at a time between a connection and a file: each step costs more in a guest than in a kernel.
const copyBytes = 1 << 20

var refusals = connect.NewErrorWriter()

// Contents answers GET with the bytes of a file and replaces a file by those of PUT. The file is named in the query as
// guest.proto describes; refusals, and the answer to PUT, are those of a unary call of the Connect protocol.
func (s *Service) Contents(w http.ResponseWriter, r *http.Request) {
	ctx, call, err := s.Gate.Enter(r.Context())
	if err != nil {
		refusals.Write(w, r, refuse(err))
		return
	}
	defer call.Leave()
	query, err := contentsQueryOf(r.URL.RawQuery)
	switch {
	case err != nil:
		err = refuse(err)
	case r.Method == http.MethodGet:
		err = s.sendContents(ctx, w, query)
	case r.Method == http.MethodPut:
		err = s.takeContents(ctx, w, r, query)
	default:
		err = connect.NewError(connect.CodeUnimplemented, problem.New(problem.InvalidArgument, "", "contents are read with GET and written with PUT"))
	}
	if err != nil {
		refusals.Write(w, r, err)
	}
}

// sendContents fails only before the first byte; later it breaks the answer off.
func (s *Service) sendContents(ctx context.Context, w http.ResponseWriter, query contentsQuery) error {
	file, info, err := files.Open(s.target(query.target))
	if err != nil {
		return refuse(err)
	}
	defer file.Close()
	if query.offset > 0 {
		if _, err := file.Seek(query.offset, io.SeekStart); err != nil {
			return refuse(problem.FromFile(err, info.Path))
		}
	}
	var source io.Reader = file
	// Files of /proc have content without a size: they are read to their end, as are those that nobody knows the length of.
	size := int64(info.Size)
	if size > 0 {
		length := max(0, size-query.offset)
		if query.maxBytes > 0 {
			length = min(length, query.maxBytes)
		}
		w.Header().Set("Content-Length", strconv.FormatInt(length, 10))
		source = io.LimitReader(file, length)
	} else {
		if query.maxBytes > 0 {
			source = io.LimitReader(file, query.maxBytes)
		}
		// Some of them refuse to be read, which can be told only before the first byte is sent.
		begin := make([]byte, 4096)
		n, err := source.Read(begin)
		if err != nil && err != io.EOF {
			return refuse(problem.FromFile(err, info.Path))
		}
		source = io.MultiReader(bytes.NewReader(begin[:n]), source)
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	release := context.AfterFunc(ctx, func() { http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0)) })
	defer release()
	if _, err := io.CopyBuffer(onlyWriter{w}, onlyReader{source}, make([]byte, min(copyBytes, max(4096, size+1)))); err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// takeContents puts the new content in its place once all of it has come.
func (s *Service) takeContents(ctx context.Context, w http.ResponseWriter, r *http.Request, query contentsQuery) error {
	writer, err := files.Create(s.target(query.target), files.Wish{MustNotExist: query.mustNotExist})
	if err != nil {
		return refuse(err)
	}
	defer writer.Abort()
	large, err := takeOver(w, r)
	if err != nil {
		return err
	}
	if large == nil {
		return receive(ctx, w, r.Body, r.ContentLength, writer)
	}
	defer large.answer()
	if err := receive(ctx, large, large, r.ContentLength, writer); err != nil {
		// Nothing is left when the caller is told.
		writer.Abort()
		refusals.Write(large, r, err)
	}
	return nil
}

// receive takes a body, of length bytes unless that is negative, and answers w unless it fails.
func receive(ctx context.Context, w http.ResponseWriter, body io.Reader, length int64, writer *files.Writer) error {
	release := context.AfterFunc(ctx, func() { http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0)) })
	defer release()
	size := int64(copyBytes)
	if length >= 0 {
		size = min(size, max(4096, length))
	}
	if err := fill(writer, body, make([]byte, size)); err != nil {
		if cause := cutBy(ctx); cause != nil {
			err = cause
		}
		return refuse(err)
	}
	info, err := writer.Commit()
	if err != nil {
		return refuse(err)
	}
	answer, err := proto.Marshal(&guestv1.WriteFileResponse{Info: infoOf(info)})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/proto")
	w.Write(answer)
	return nil
}

// fill copies by whole buffers, however little comes at a time.
func fill(to io.Writer, from io.Reader, buffer []byte) error {
	for filled := 0; ; {
		n, err := from.Read(buffer[filled:])
		filled += n
		if err != nil && err != io.EOF {
			return err
		}
		if filled == len(buffer) || err == io.EOF {
			if _, failed := to.Write(buffer[:filled]); failed != nil || err == io.EOF {
				return failed
			}
			filled = 0
		}
	}
}

// onlyReader and onlyWriter hide the ways around the buffer, which are slower in a guest.
type (
	onlyReader struct{ io.Reader }
	onlyWriter struct{ io.Writer }
)

type contentsQuery struct {
	target           *guestv1.Target
	offset, maxBytes int64
	mustNotExist     bool
}

func contentsQueryOf(raw string) (query contentsQuery, err error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return query, problem.New(problem.InvalidArgument, "", "the query is malformed")
	}
	query.target = &guestv1.Target{Path: values.Get("path"), User: values.Get("user")}
	query.mustNotExist = values.Get("must_not_exist") == "true"
	for name, into := range map[string]*int64{"offset": &query.offset, "max_bytes": &query.maxBytes} {
		if !values.Has(name) {
			continue
		}
		*into, err = strconv.ParseInt(values.Get(name), 10, 64)
		if err != nil || *into < 0 {
			return query, problem.New(problem.InvalidArgument, "", "%s must be a number of bytes", name)
		}
	}
	return query, nil
}
