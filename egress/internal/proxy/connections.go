package proxy

import (
	"net"
	"strconv"
	"sync"
	"sync/atomic"

	"nullspace.dev/egress/internal/control"
)

// A guest may hold this part of what is left, so that no number of guests leaves nothing for another one.
const share = 8

// Limits bound what guests may hold open.
type Limits struct {
	PerGuest int
	Total    int
}

// A connection of a guest that is being served.
type connection struct {
	*net.TCPConn
	guest   string
	address string
	port    int
	holding sync.Mutex
	// Whether the client has said anything.
	said atomic.Bool
	// What it was last allowed to reach; without a name until then.
	name string
}

func (connection *connection) target(name string) control.Target {
	return control.Target{Guest: connection.guest, Address: connection.address, Port: connection.port, Name: name}
}

// The server's address for dialling.
func (connection *connection) server() string {
	return net.JoinHostPort(connection.address, strconv.Itoa(connection.port))
}

func (connection *connection) allowed(name string) {
	connection.holding.Lock()
	defer connection.holding.Unlock()
	connection.name = name
}

func (connection *connection) allowedName() string {
	connection.holding.Lock()
	defer connection.holding.Unlock()
	return connection.name
}

// Connections by guest.
type connections struct {
	limits  Limits
	holding sync.Mutex
	total   int
	guests  map[string]map[*connection]struct{}
}

// add is false when the guest, or all together, have too many.
func (all *connections) add(one *connection) bool {
	all.holding.Lock()
	defer all.holding.Unlock()
	own := all.guests[one.guest]
	if len(own) >= min(all.limits.PerGuest, (all.limits.Total-all.total)/share) {
		return false
	}
	if own == nil {
		own = map[*connection]struct{}{}
		all.guests[one.guest] = own
	}
	own[one] = struct{}{}
	all.total++
	return true
}

func (all *connections) remove(one *connection) {
	all.holding.Lock()
	defer all.holding.Unlock()
	own := all.guests[one.guest]
	if _, there := own[one]; !there {
		return
	}
	delete(own, one)
	all.total--
	if len(own) == 0 {
		delete(all.guests, one.guest)
	}
}

func (all *connections) of(guest string) []*connection {
	all.holding.Lock()
	defer all.holding.Unlock()
	own := make([]*connection, 0, len(all.guests[guest]))
	for one := range all.guests[guest] {
		own = append(own, one)
	}
	return own
}
