package filter

import (
	"errors"
	"fmt"

	"github.com/google/nftables"
	"github.com/mdlayher/netlink"
)

// Change is one transaction: what is removed is removed before anything is added.
type Change struct {
	ID      uint64    `json:"id"`
	Table   string    `json:"table"`
	Removed []Element `json:"removed"`
	Added   []Element `json:"added"`
}

// Elements of one message: its length is written with 16 bits.
const most = 512

// Bytes of one transaction and of the answers to it. Policies of the greatest length need a fifth of it.
const buffer = 2 << 20

// Conn is a connection to the packet filter. The kernel keeps who closes one waiting for what was deleted by it.
type Conn struct {
	nft *nftables.Conn
}

// Open connects.
func Open() (*Conn, error) {
	nft, err := dial()
	if err != nil {
		return nil, err
	}
	return &Conn{nft}, nil
}

func dial() (*nftables.Conn, error) {
	return nftables.New(nftables.AsLasting(), nftables.WithSockOptions(func(conn *netlink.Conn) error {
		if err := conn.SetWriteBuffer(buffer); err != nil {
			return err
		}
		return conn.SetReadBuffer(buffer)
	}))
}

// Apply carries a change out whole or not at all. Removing what is absent and adding what is there is no error.
func (conn *Conn) Apply(change Change) error {
	batches, err := gather(change)
	if err != nil {
		return err
	}
	for _, batch := range batches {
		if err := batch.step(conn.nft, batch.set, batch.elements); err != nil {
			return conn.renew(err)
		}
	}
	if err := conn.nft.Flush(); err != nil {
		return conn.renew(err)
	}
	return nil
}

// After a failure neither what is left to send nor what is left to read belongs to the next change.
func (conn *Conn) renew(failure error) error {
	_ = conn.nft.CloseLasting()
	nft, err := dial()
	if err != nil {
		return errors.Join(failure, err)
	}
	conn.nft = nft
	return failure
}

type step = func(conn *nftables.Conn, set *nftables.Set, elements []nftables.SetElement) error

type batch struct {
	step     step
	set      *nftables.Set
	elements []nftables.SetElement
}

func add(conn *nftables.Conn, set *nftables.Set, elements []nftables.SetElement) error {
	return conn.SetAddElements(set, elements)
}

// Adding first makes the removal of an absent element succeed.
func remove(conn *nftables.Conn, set *nftables.Set, elements []nftables.SetElement) error {
	if err := conn.SetAddElements(set, elements); err != nil {
		return err
	}
	return conn.SetDeleteElements(set, elements)
}

// gather reads the whole change, so that nothing is begun of one that is not understood.
func gather(change Change) ([]batch, error) {
	table := &nftables.Table{Name: change.Table, Family: nftables.TableFamilyINet}
	var batches []batch
	sort := func(elements []Element, step step) error {
		latest := map[string]int{}
		for _, element := range elements {
			shape, known := shapes[element.Set]
			if !known {
				return fmt.Errorf("no set is named %q", element.Set)
			}
			encoded, err := encode(element)
			if err != nil {
				return err
			}
			place, there := latest[element.Set]
			if !there || len(batches[place].elements) == most {
				place = len(batches)
				latest[element.Set] = place
				set := &nftables.Set{Table: table, Name: element.Set, IsMap: shape == marks, HasTimeout: shape == addresses}
				batches = append(batches, batch{step, set, nil})
			}
			batches[place].elements = append(batches[place].elements, encoded)
		}
		return nil
	}
	if err := sort(change.Removed, remove); err != nil {
		return nil, err
	}
	if err := sort(change.Added, add); err != nil {
		return nil, err
	}
	return batches, nil
}
