package filter

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/nftables"
)

// Element is a member of a set of the packet filter, as a line of JSON has it.
type Element struct {
	Set string `json:"set"`
	// An address; in sets of pairs a network or a mark is the second part.
	Guest   string `json:"guest"`
	Network string `json:"network,omitempty"`
	Mark    uint32 `json:"mark,omitempty"`
	// After so many seconds the element is gone; 0: it stays.
	Seconds uint32 `json:"seconds,omitempty"`
}

// What a set is made of. It says how its elements are written for the kernel.
type shape int

const (
	guests shape = iota
	// Pairs of a guest and a network.
	networks
	// Pairs of a guest and one address.
	addresses
	// Pairs of a guest and a mark.
	marked
	// A map from guests to marks.
	marks
)

var shapes = map[string]shape{
	"offline":    guests,
	"restricted": guests,
	"named":      guests,
	"allowed":    networks,
	"denied":     networks,
	"pinned":     addresses,
	"marked":     marked,
	"marks":      marks,
}

// encode writes an element as the kernel reads it.
func encode(element Element) (nftables.SetElement, error) {
	guest, err := netip.ParseAddr(element.Guest)
	if err != nil || !guest.Is4() {
		return nftables.SetElement{}, fmt.Errorf("%q is no IPv4 address", element.Guest)
	}
	own := guest.As4()
	encoded := nftables.SetElement{Key: own[:], Timeout: time.Duration(element.Seconds) * time.Second}
	switch shapes[element.Set] {
	case networks, addresses:
		network, err := netip.ParsePrefix(element.Network)
		if err != nil || !network.Addr().Is4() || network != network.Masked() {
			return nftables.SetElement{}, fmt.Errorf("%q is no IPv4 network", element.Network)
		}
		if shapes[element.Set] == addresses && !network.IsSingleIP() {
			return nftables.SetElement{}, fmt.Errorf("%q is no single address", element.Network)
		}
		first := network.Addr().As4()
		encoded.Key = append(own[:], first[:]...)
		if shapes[element.Set] == networks {
			encoded.KeyEnd = append(append([]byte{}, own[:]...), last(network)...)
		}
	case marked:
		encoded.Key = append(own[:], ofMark(element.Mark)...)
	case marks:
		encoded.Val = ofMark(element.Mark)
	}
	return encoded, nil
}

func last(network netip.Prefix) []byte {
	first := network.Addr().As4()
	bits := uint64(1)<<(32-network.Bits()) - 1
	return binary.BigEndian.AppendUint32(nil, binary.BigEndian.Uint32(first[:])|uint32(bits))
}

// Marks are in the order of the machine, unlike addresses.
func ofMark(mark uint32) []byte {
	return binary.NativeEndian.AppendUint32(nil, mark)
}
