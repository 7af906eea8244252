// Package hello reads the server name that a TLS client gives, and keeps what it has read for the server.
package hello

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"time"
)

const (
	// Clients with keys of the largest kinds say some 2 KiB, those with a session to resume some KiB more.
	mostBytes = 20 * 1024
	// Extension of a hello whose true server name is encrypted (RFC 9849).
	encryptedHello = 0xfe0d
)

var errRead = errors.New("the hello is read")

// Hello is what a TLS client said first.
type Hello struct {
	// Server name; empty when it gave none.
	Name string
	// Whether it carries another hello that only the server can read.
	Encrypted bool
	// All bytes that were read.
	Bytes []byte
}

// Read reads the hello of a client. What is no TLS is an error.
func Read(client io.Reader) (Hello, error) {
	source := &recorder{source: io.LimitReader(client, mostBytes)}
	var found *tls.ClientHelloInfo
	config := &tls.Config{
		GetConfigForClient: func(info *tls.ClientHelloInfo) (*tls.Config, error) {
			found = info
			return nil, errRead
		},
	}
	err := tls.Server(source, config).Handshake()
	if found == nil {
		return Hello{Bytes: source.read.Bytes()}, err
	}
	return Hello{
		Name:      found.ServerName,
		Encrypted: slices.Contains(found.Extensions, encryptedHello),
		Bytes:     source.read.Bytes(),
	}, nil
}

// A connection that keeps what is read of it and sends nothing.
type recorder struct {
	source io.Reader
	read   bytes.Buffer
}

func (recorder *recorder) Read(buffer []byte) (int, error) {
	count, err := recorder.source.Read(buffer)
	recorder.read.Write(buffer[:count])
	return count, err
}

func (*recorder) Write(bytes []byte) (int, error)  { return len(bytes), nil }
func (*recorder) Close() error                     { return nil }
func (*recorder) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (*recorder) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (*recorder) SetDeadline(time.Time) error      { return nil }
func (*recorder) SetReadDeadline(time.Time) error  { return nil }
func (*recorder) SetWriteDeadline(time.Time) error { return nil }
