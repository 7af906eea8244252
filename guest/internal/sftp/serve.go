// Package sftp serves the files that the account of its process may use over SFTP, version 3, as OpenSSH's sftp-server does.
package sftp

import (
	"errors"
	"io"

	"github.com/pkg/sftp"
)

// stream is the connection of a server that was started by a remote shell.
type stream struct {
	io.Reader
	io.WriteCloser
}

// Serve answers requests until their end. Relative paths begin at the working directory of the process.
func Serve(requests io.Reader, answers io.WriteCloser) error {
	// With a working directory of its own the server would make the targets of links absolute.
	server, err := sftp.NewServer(stream{requests, answers}, sftp.WithAllocator())
	if err != nil {
		return err
	}
	err = server.Serve()
	server.Close()
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
