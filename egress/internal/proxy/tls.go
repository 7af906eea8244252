package proxy

import (
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"

	"nullspace.dev/egress/internal/hello"
)

// Fatal alerts of TLS 1.2, which clients of every version understand.
var (
	unrecognizedName = []byte{0x15, 3, 3, 0, 2, 2, 112}
	accessDenied     = []byte{0x15, 3, 3, 0, 2, 2, 49}
)

// ServeTLS serves connections to port 443: the name in the client's hello decides.
func (proxy *Proxy) ServeTLS(listener net.Listener) {
	acceptAll(listener, proxy.serveTLS)
}

func (proxy *Proxy) serveTLS(client *net.TCPConn) {
	defer client.Close()
	one := proxy.accept(client)
	if one == nil {
		return
	}
	defer proxy.open.remove(one)
	_ = client.SetReadDeadline(time.Now().Add(patience))
	said, err := hello.Read(client)
	name, isName := canonical(said.Name)
	switch {
	case err != nil && len(said.Bytes) == 0:
		// Nothing was said: nothing was wanted.
		return
	case err != nil || !isName:
		proxy.refuse(one, "", noName)
		_, _ = client.Write(unrecognizedName)
		return
	case said.Encrypted:
		proxy.refuse(one, name, encryptedName)
		_, _ = client.Write(accessDenied)
		return
	case !proxy.allows(one, name):
		_, _ = client.Write(unrecognizedName)
		return
	}
	_ = client.SetReadDeadline(time.Time{})
	proxy.splice(one, said.Bytes)
}

// splice joins a client, whose first bytes are read already, and its server.
func (proxy *Proxy) splice(one *connection, first []byte) {
	dialled, err := proxy.dialer.Dial("tcp4", one.server())
	if err != nil {
		abort(one.TCPConn)
		return
	}
	server := dialled.(*net.TCPConn)
	defer server.Close()
	if _, err := server.Write(first); err != nil {
		abort(one.TCPConn)
		return
	}
	var both sync.WaitGroup
	both.Go(func() { pass(server, one.TCPConn) })
	pass(one.TCPConn, server)
	both.Wait()
}

// pass copies one direction to its end. The kernel moves the bytes, no faster than they are taken.
func pass(to, from *net.TCPConn) {
	if _, err := io.Copy(to, from); err != nil {
		abort(to)
		abort(from)
		return
	}
	_ = to.CloseWrite()
}

// isShort tells a lack that passes from the end of a listener.
func isShort(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) ||
		errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.ENOMEM) || errors.Is(err, syscall.ECONNABORTED)
}
