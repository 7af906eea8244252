// Package connections knows the connections that are served, so that they can be ended.
package connections

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// Set holds the open connections.
type Set struct {
	mu   sync.Mutex
	busy map[net.Conn]bool
}

// NewSet makes an empty set.
func NewSet() *Set { return &Set{busy: map[net.Conn]bool{}} }

// Listen returns the listener with each of its connections in the set until it is closed.
func (s *Set) Listen(listener net.Listener) net.Listener { return &listening{listener, s, false} }

// ListenOutside refuses connections that begin inside the guest. Any account can read the token that the guest was
// started or restored with, which counts until the caller outside has replaced it.
func (s *Set) ListenOutside(listener net.Listener) net.Listener { return &listening{listener, s, true} }

type ownKey struct{}

// Attach lets the server tell which connections have a call open, and each call which one it came by.
func (s *Set) Attach(server *http.Server) {
	server.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, ownKey{}, conn)
	}
	server.ConnState = func(conn net.Conn, state http.ConnState) {
		if state == http.StateActive || state == http.StateIdle {
			s.mark(conn, state == http.StateActive)
		}
	}
}

// CloseAll closes every connection.
func (s *Set) CloseAll() { s.closeIf(func(net.Conn, bool) bool { return true }) }

// CloseBusy closes the connections that have a call open, but for the one that the call of ctx came by.
func (s *Set) CloseBusy(ctx context.Context) {
	own, _ := ctx.Value(ownKey{}).(net.Conn)
	s.closeIf(func(conn net.Conn, busy bool) bool { return busy && conn != own })
}

func (s *Set) closeIf(wanted func(conn net.Conn, busy bool) bool) {
	s.mu.Lock()
	var found []net.Conn
	for conn, busy := range s.busy {
		if wanted(conn, busy) {
			found = append(found, conn)
		}
	}
	s.mu.Unlock()
	for _, conn := range found {
		conn.Close()
	}
}

func (s *Set) mark(conn net.Conn, busy bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, open := s.busy[conn]; open {
		s.busy[conn] = busy
	}
}

type listening struct {
	net.Listener
	set     *Set
	outside bool
}

func (l *listening) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.outside && isInside(conn) {
			conn.Close()
			continue
		}
		return l.add(conn), nil
	}
}

// isInside tells whether a connection comes from the address that it goes to, or from the loopback.
func isInside(conn net.Conn) bool {
	remote, isTCP := conn.RemoteAddr().(*net.TCPAddr)
	local, isLocalTCP := conn.LocalAddr().(*net.TCPAddr)
	return isTCP && isLocalTCP && (remote.IP.IsLoopback() || remote.IP.Equal(local.IP))
}

func (l *listening) add(conn net.Conn) net.Conn {
	// The embedded type stays visible: the tunnel ends its two directions one by one.
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return conn
	}
	counted := &Conn{TCPConn: tcp, set: l.set}
	l.set.mu.Lock()
	l.set.busy[counted] = false
	l.set.mu.Unlock()
	return counted
}

// Conn is a connection of a set.
type Conn struct {
	*net.TCPConn
	set *Set
	// detached is what the connection went on as.
	detached *Detached
}

// Close takes the connection out of its set.
func (c *Conn) Close() error {
	if detached := c.forget(); detached != nil {
		return detached.cut()
	}
	return c.TCPConn.Close()
}

func (c *Conn) forget() *Detached {
	c.set.mu.Lock()
	defer c.set.mu.Unlock()
	delete(c.set.busy, c)
	return c.detached
}
