package layer

import (
	"bytes"
	"errors"
	"io"

	"nullspace.dev/imager/internal/tree"
)

const chunk = 64 << 10

var zeros [chunk]byte

// CopySparse copies content; long stretches of zeros become holes.
func CopySparse(sink tree.Sink, content io.Reader) error {
	buffer := make([]byte, chunk)
	for {
		n, err := io.ReadFull(content, buffer)
		if n == chunk && bytes.Equal(buffer, zeros[:]) {
			if failed := sink.Skip(chunk); failed != nil {
				return failed
			}
		} else if _, failed := sink.Write(buffer[:n]); failed != nil {
			return failed
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
