// Package proxy lets connections of guests through to servers that they are allowed by name.
package proxy

import (
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"nullspace.dev/egress/internal/control"
)

const (
	// How long a client may take to say whom it wants, and a server to be reached.
	patience = 15 * time.Second
	// A peer that is gone without a word is found out by this.
	keepAlive = 30 * time.Second
)

// Reasons of refusals.
const (
	noName        = "no_name"
	encryptedName = "encrypted_name"
	otherName     = "name_not_allowed"
	tooMany       = "too_many_connections"
)

// Decider is the host.
type Decider interface {
	Allows(target control.Target, open bool) bool
	Refused(refusal control.Refusal)
}

// Proxy serves the connections of all guests of a host.
type Proxy struct {
	host   Decider
	open   connections
	dialer net.Dialer
	// Where a connection was to go before it came here.
	original func(*net.TCPConn) (netip.AddrPort, error)
}

// New makes a proxy that asks `host` about each connection.
func New(host Decider, limits Limits) *Proxy {
	return &Proxy{
		host:     host,
		open:     connections{limits: limits, guests: map[string]map[*connection]struct{}{}},
		dialer:   net.Dialer{Timeout: patience, KeepAlive: keepAlive},
		original: originalTarget,
	}
}

// Recheck asks about the connections of a guest again and ends those that may not be any longer.
func (proxy *Proxy) Recheck(guest string) {
	var waiting sync.WaitGroup
	for _, one := range proxy.open.of(guest) {
		waiting.Go(func() {
			if !proxy.host.Allows(one.target(one.allowedName()), true) {
				abort(one.TCPConn)
			}
		})
	}
	waiting.Wait()
}

// accept takes a connection in; nil when it may not be.
func (proxy *Proxy) accept(client *net.TCPConn) *connection {
	target, err := proxy.original(client)
	if err != nil {
		abort(client)
		return nil
	}
	guest, _, _ := net.SplitHostPort(client.RemoteAddr().String())
	one := &connection{TCPConn: client, guest: guest, address: target.Addr().String(), port: int(target.Port())}
	if !proxy.open.add(one) {
		proxy.refuse(one, "", tooMany)
		abort(client)
		return nil
	}
	_ = client.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: keepAlive, Interval: keepAlive, Count: 3})
	return one
}

func (proxy *Proxy) refuse(one *connection, name, reason string) {
	proxy.host.Refused(control.Refusal{Target: one.target(name), Protocol: "tcp", Reason: reason})
}

// allows decides on a name and reports a refusal. What a connection may reach it may until a recheck ends it.
func (proxy *Proxy) allows(one *connection, name string) bool {
	if name == one.allowedName() {
		return true
	}
	if !proxy.host.Allows(one.target(name), false) {
		proxy.refuse(one, name, otherName)
		return false
	}
	one.allowed(name)
	return true
}

// canonical is a host name in the form that policies have; false for what is none, addresses included.
func canonical(text string) (string, bool) {
	name := strings.ToLower(strings.TrimSuffix(text, "."))
	if name == "" || len(name) > 253 {
		return "", false
	}
	for _, character := range name {
		isPlain := character >= 'a' && character <= 'z' || character >= '0' && character <= '9'
		if !isPlain && !strings.ContainsRune("-_.", character) {
			return "", false
		}
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return "", false
	}
	return name, true
}

// abort ends a connection at once, so that the other side does not take what it has for all.
func abort(client *net.TCPConn) {
	_ = client.SetLinger(0)
	_ = client.Close()
}

// acceptAll takes connections until the listener is closed.
func acceptAll(listener net.Listener, serve func(*net.TCPConn)) {
	for {
		client, err := listener.Accept()
		if err != nil {
			if failure, ok := err.(net.Error); ok && failure.Timeout() || isShort(err) {
				time.Sleep(10 * time.Millisecond)
				continue
			}
			return
		}
		go serve(client.(*net.TCPConn))
	}
}
