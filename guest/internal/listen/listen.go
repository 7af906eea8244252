// Package listen accepts connections inside the guest for a caller outside: on its loopback, or on a socket.
package listen

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"nullspace.dev/guest/internal/accounts"
	"nullspace.dev/guest/internal/dial"
	"nullspace.dev/guest/internal/gate"
)

// Protocol is the name in the Upgrade header.
const Protocol = "nullspace-listen"

const (
	// mostWaiting connections of one listener may not have been taken yet; more are closed.
	mostWaiting  = 32
	takePatience = 30 * time.Second
)

// Desk hands accepted connections out.
type Desk struct {
	mu      sync.Mutex
	waiting map[string]visitor
}

type visitor struct {
	conn net.Conn
	of   *service
}

// NewDesk makes an empty desk.
func NewDesk() *Desk { return &Desk{waiting: map[string]visitor{}} }

// Listen serves GET /listen: ?port=N (0: any) on the loopback, ?path=P at a socket, or ?private=NAME at a socket in a
// folder of that name which nobody else may enter, with the rights of the account ?user=U. The answer 101 names the port or the path in the
// header Nullspace-Bound. Each line that follows names a connection, which GET /accept?id=ID takes. What listens ends
// with the connection of the caller, and when the gate closes.
func (d *Desk) Listen(entrance *gate.Gate) http.Handler {
	return dial.Gated(entrance, func(w http.ResponseWriter, r *http.Request, closing context.Context) {
		if !dial.Upgrades(w, r, Protocol) {
			return
		}
		account, err := accounts.Find(r.URL.Query().Get("user"))
		if err != nil {
			http.Error(w, "user must be an account", http.StatusBadRequest)
			return
		}
		found, err := bind(account, r.URL.Query())
		if err != nil {
			http.Error(w, err.Error(), statusOf(err))
			return
		}
		defer found.close()
		caller, rest, err := dial.Hijack(w, Protocol, "Nullspace-Bound: "+found.name+"\r\n")
		if err != nil {
			return
		}
		defer caller.Close()
		release := context.AfterFunc(closing, func() { caller.Close() })
		defer release()
		served := &service{desk: d, caller: caller}
		for _, listener := range found.listeners {
			go served.accept(listener)
		}
		// The caller says nothing: this waits for it to go.
		io.Copy(io.Discard, rest)
		found.close()
		d.end(served)
	})
}

// Accept serves GET /accept?id=ID, as /dial does.
func (d *Desk) Accept(entrance *gate.Gate) http.Handler {
	return dial.Gated(entrance, func(w http.ResponseWriter, r *http.Request, closing context.Context) {
		if !dial.Upgrades(w, r, dial.Protocol) {
			return
		}
		conn := d.take(r.URL.Query().Get("id"))
		if conn == nil {
			http.Error(w, "no such connection waits", http.StatusNotFound)
			return
		}
		dial.Serve(w, conn, closing)
	})
}

func (d *Desk) take(id string) net.Conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	found, waits := d.waiting[id]
	if !waits {
		return nil
	}
	delete(d.waiting, id)
	found.of.waiting--
	return found.conn
}

// put is false when there is no room for another connection of this caller.
func (d *Desk) put(id string, conn net.Conn, of *service) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if of.ended || of.waiting >= mostWaiting {
		return false
	}
	d.waiting[id] = visitor{conn, of}
	of.waiting++
	return true
}

// end closes what waits for a caller that has gone.
func (d *Desk) end(of *service) {
	d.mu.Lock()
	defer d.mu.Unlock()
	of.ended = true
	for id, found := range d.waiting {
		if found.of == of {
			delete(d.waiting, id)
			found.conn.Close()
		}
	}
}

func statusOf(err error) int {
	if errors.Is(err, errInvalid) {
		return http.StatusBadRequest
	}
	return http.StatusConflict
}

// service is one caller with what listens for it.
type service struct {
	desk *Desk
	// waiting and ended are guarded by the desk's mutex.
	waiting int
	ended   bool

	// mu keeps lines whole.
	mu     sync.Mutex
	caller net.Conn
}

func (s *service) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			// Such as too many open files.
			time.Sleep(100 * time.Millisecond)
			continue
		}
		s.offer(conn)
	}
}

// offer tells the caller of a connection, which is closed when nobody takes it.
func (s *service) offer(conn net.Conn) {
	id := strings.ToLower(rand.Text())
	if !s.desk.put(id, conn, s) {
		conn.Close()
		return
	}
	time.AfterFunc(takePatience, func() {
		if conn := s.desk.take(id); conn != nil {
			conn.Close()
		}
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.caller.SetWriteDeadline(time.Now().Add(takePatience))
	if _, err := io.WriteString(s.caller, id+" "+originOf(conn)+"\n"); err != nil {
		s.caller.Close()
	}
}

// originOf is the port that a connection comes from; 0 for those of sockets.
func originOf(conn net.Conn) string {
	if from, isTCP := conn.RemoteAddr().(*net.TCPAddr); isTCP {
		return strconv.Itoa(from.Port)
	}
	return "0"
}
