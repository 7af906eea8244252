// Package dropped reads the packet filter's log of packets of guests that it has dropped.
package dropped

import (
	"context"
	"encoding/binary"
	"net/netip"
	"strings"

	"github.com/florianl/go-nflog/v2"
	"github.com/mdlayher/netlink"

	"nullspace.dev/egress/internal/control"
)

// What tells a guest's address, its target and the ports: the longest IPv4 header and the beginning of the next.
const headerBytes = 64

// Follow reports every packet that the packet filter logs to a group. The rule's prefix is the reason.
func Follow(group uint16, report func(control.Refusal)) error {
	log, err := nflog.Open(&nflog.Config{
		Group:    group,
		Copymode: nflog.CopyPacket,
		Bufsize:  headerBytes,
		QThresh:  32,
		// Hundredths of a second.
		Timeout: 5,
	})
	if err != nil {
		return err
	}
	// What comes faster than it is read is lost, and nothing else.
	if err := log.SetOption(netlink.NoENOBUFS, true); err != nil {
		return err
	}
	return log.RegisterWithErrorFunc(context.Background(), func(packet nflog.Attribute) int {
		if packet.Payload == nil || packet.Prefix == nil {
			return 0
		}
		if refusal, ok := Parse(*packet.Payload); ok {
			refusal.Reason = strings.TrimSpace(strings.Trim(*packet.Prefix, "\x00"))
			report(refusal)
		}
		return 0
	}, func(error) int { return 0 })
}

// Parse reads whose packet it is and where it was to go.
func Parse(packet []byte) (refusal control.Refusal, ok bool) {
	if len(packet) < 20 || packet[0]>>4 != 4 {
		return refusal, false
	}
	refusal.Guest = netip.AddrFrom4([4]byte(packet[12:16])).String()
	refusal.Address = netip.AddrFrom4([4]byte(packet[16:20])).String()
	refusal.Protocol = "other"
	switch packet[9] {
	case 1:
		refusal.Protocol = "icmp"
		return refusal, true
	case 6:
		refusal.Protocol = "tcp"
	case 17:
		refusal.Protocol = "udp"
	default:
		return refusal, true
	}
	header := int(packet[0]&0x0f) * 4
	isFirst := binary.BigEndian.Uint16(packet[6:8])&0x1fff == 0
	if header >= 20 && isFirst && len(packet) >= header+4 {
		refusal.Port = int(binary.BigEndian.Uint16(packet[header+2:]))
	}
	return refusal, true
}
