package server

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"nullspace.dev/guest/internal/connections"
)

const (
	// largeBody is from where on a body costs more than another connection, which is what its own is given up for.
	largeBody = 4 << 20
	// lingering is how long a caller that is refused may go on sending.
	lingering = time.Second
)

// large is the body of a request whose connection was taken away from the server, and the answer to it.
type large struct {
	conn     *connections.Detached
	buffered io.Reader
	left     int64

	header http.Header
	status int
	body   bytes.Buffer
}

// takeOver takes the connection of a request with a large body; nil for any other.
func takeOver(w http.ResponseWriter, r *http.Request) (*large, error) {
	if r.ContentLength < largeBody || r.ProtoMajor != 1 || r.Header.Get("Expect") != "" {
		return nil, nil
	}
	hijacked, ahead, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	counted, known := hijacked.(*connections.Conn)
	if !known {
		hijacked.Close()
		panic(http.ErrAbortHandler)
	}
	conn, err := counted.Detach()
	if err != nil {
		hijacked.Close()
		panic(http.ErrAbortHandler)
	}
	early := min(r.ContentLength, int64(ahead.Reader.Buffered()))
	return &large{conn: conn, buffered: io.LimitReader(ahead.Reader, early), left: r.ContentLength, header: http.Header{}, status: http.StatusOK}, nil
}

// Read fills all of data unless the body ends before.
func (l *large) Read(data []byte) (int, error) {
	if l.left == 0 {
		return 0, io.EOF
	}
	data = data[:min(int64(len(data)), l.left)]
	n, err := l.buffered.Read(data)
	if n == 0 {
		n, err = l.conn.Read(data)
	}
	l.left -= int64(n)
	if err == io.EOF && l.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// SetReadDeadline ends reading: nothing but the past is ever set.
func (l *large) SetReadDeadline(time.Time) error {
	l.conn.Stop()
	return nil
}

func (l *large) Header() http.Header { return l.header }

func (l *large) WriteHeader(status int) { l.status = status }

func (l *large) Write(data []byte) (int, error) { return l.body.Write(data) }

// answer sends the answer and ends the connection.
func (l *large) answer() {
	defer l.conn.Close()
	response := http.Response{
		StatusCode: l.status, ProtoMajor: 1, ProtoMinor: 1, Header: l.header,
		ContentLength: int64(l.body.Len()), Body: io.NopCloser(&l.body), Close: true,
	}
	if err := response.Write(l.conn); err == nil && l.left > 0 {
		l.conn.Linger(lingering)
	}
}
