package registry

import (
	"net/netip"
	"testing"
)

func TestJudge(t *testing.T) {
	allow, deny := mustParse("10.5.0.0/16", "10.200.0.0/16"), mustParse("10.200.0.0/16")
	for address, wanted := range map[string]bool{
		"1.1.1.1": true, "2606:4700::1111": true, "10.5.1.1": true,
		"127.0.0.1": false, "::1": false, "::ffff:127.0.0.1": false, "10.6.0.1": false, "192.168.1.1": false,
		"172.16.0.1": false, "169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "224.0.0.1": false,
		"fe80::1": false, "fe80::1%eth0": false, "fd00::1": false, "64:ff9b::a00:1": false, "2002:7f00:1::": false,
		"255.255.255.255": false, "10.200.0.6": false, "::ffff:10.200.0.6": false,
	} {
		if got := judge(netip.MustParseAddr(address), allow, deny); got != wanted {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func TestListedRegistries(t *testing.T) {
	order := Order{Insecure: []string{"localhost:5000", "registry.test", "[::1]:5000"}}
	for authority, wanted := range map[string]bool{
		"localhost:5000": true, "registry.test": true, "registry.test:5000": true, "[::1]:5000": true,
		"localhost:5001": false, "localhost": false, "registry.test.evil": false, "[::1]:5001": false, "": false,
	} {
		if got := order.isInsecure(authority); got != wanted {
			t.Errorf("%q: %v", authority, got)
		}
	}
}
