package registry

import (
	"net/netip"
)

// Networks that are not the public internet's: RFC 6890 and its successors.
var special = mustParse(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4",
	"::/128", "::1/128", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
	"fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
)

// judge says whether a registry may lie at an address.
func judge(address netip.Addr, allow, deny []netip.Prefix) bool {
	address = address.Unmap().WithZone("")
	if contains(deny, address) {
		return false
	}
	return !contains(special, address) || contains(allow, address)
}

func contains(ranges []netip.Prefix, address netip.Addr) bool {
	for _, one := range ranges {
		if one.Contains(address) {
			return true
		}
	}
	return false
}

func mustParse(texts ...string) []netip.Prefix {
	ranges, err := parseRanges(texts)
	if err != nil {
		panic(err)
	}
	return ranges
}
