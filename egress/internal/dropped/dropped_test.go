package dropped

import (
	"testing"

	"nullspace.dev/egress/internal/control"
)

func packet(protocol byte, rest ...byte) []byte {
	header := []byte{0x45, 0, 0, 40, 0, 0, 0, 0, 64, protocol, 0, 0, 10, 200, 0, 6, 1, 1, 1, 1}
	return append(header, rest...)
}

func TestParsesWhoseAndWhereTo(t *testing.T) {
	target := control.Target{Guest: "10.200.0.6", Address: "1.1.1.1"}
	withPort := target
	withPort.Port = 443
	options := packet(6, 1, 1, 1, 1, 0x80, 0, 0x01, 0xbb)
	options[0] = 0x46
	later := packet(17, 0x80, 0, 0x01, 0xbb)
	later[7] = 1
	for what, it := range map[string]struct {
		packet []byte
		want   control.Refusal
	}{
		"TCP":              {packet(6, 0x80, 0, 0x01, 0xbb), control.Refusal{Target: withPort, Protocol: "tcp"}},
		"UDP":              {packet(17, 0x80, 0, 0x01, 0xbb), control.Refusal{Target: withPort, Protocol: "udp"}},
		"options":          {options, control.Refusal{Target: withPort, Protocol: "tcp"}},
		"a later fragment": {later, control.Refusal{Target: target, Protocol: "udp"}},
		"a cut header":     {packet(6, 0x80), control.Refusal{Target: target, Protocol: "tcp"}},
		"ICMP":             {packet(1, 8, 0, 0, 0), control.Refusal{Target: target, Protocol: "icmp"}},
		"another":          {packet(47), control.Refusal{Target: target, Protocol: "other"}},
	} {
		if got, ok := Parse(it.packet); !ok || got != it.want {
			t.Errorf("%s: %+v, %v", what, got, ok)
		}
	}
	for _, bad := range [][]byte{nil, {0x45}, {0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}} {
		if _, ok := Parse(bad); ok {
			t.Errorf("%v was read", bad)
		}
	}
}
