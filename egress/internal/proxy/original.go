package proxy

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// Where a redirected connection was to go, as the kernel's connection tracking knows it.
func originalTarget(connection *net.TCPConn) (target netip.AddrPort, err error) {
	raw, err := connection.SyscallConn()
	if err != nil {
		return target, err
	}
	var failure error
	err = raw.Control(func(descriptor uintptr) {
		// The kernel writes a sockaddr_in, which is as long as this answer's address.
		var answer *unix.IPv6Mreq
		answer, failure = unix.GetsockoptIPv6Mreq(int(descriptor), syscall.IPPROTO_IP, unix.SO_ORIGINAL_DST)
		if failure == nil {
			port := binary.BigEndian.Uint16(answer.Multiaddr[2:4])
			target = netip.AddrPortFrom(netip.AddrFrom4([4]byte(answer.Multiaddr[4:8])), port)
		}
	})
	if err := errors.Join(err, failure); err != nil {
		return target, err
	}
	return target, nil
}
