// Package registry fetches images from OCI registries. Addresses are named by tenants, so that each connection is judged
// by the address that it leads to, redirects and lookups that change included.
package registry

import (
	"net/netip"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"

	"nullspace.dev/imager/internal/report"
)

// Order to fetch one image.
type Order struct {
	Reference string `json:"reference"`
	Username  string `json:"username"`
	Password  string `json:"password"`
	// Registries that are spoken to without TLS and may lie at any address: "host" or "host:port".
	Insecure []string `json:"insecure_registries"`
	// Networks that registries may lie in although they are not public.
	AllowRanges []string `json:"allow_ranges"`
	// Networks that none may lie in.
	DenyRanges []string `json:"deny_ranges"`
	// Architecture that the image must have, as OCI names it.
	Architecture string `json:"architecture"`
	// Bytes that the layers may have together, compressed.
	MaxBytes uint64 `json:"max_bytes"`
	// Bounds in milliseconds: an answer to begin, and a transfer to stand still.
	AnswerMs int `json:"answer_ms"`
	StallMs  int `json:"stall_ms"`
}

func (o Order) answer() time.Duration { return time.Duration(o.AnswerMs) * time.Millisecond }
func (o Order) stall() time.Duration  { return time.Duration(o.StallMs) * time.Millisecond }

// isInsecure tells whether the operator has listed an authority, with its port or without.
func (o Order) isInsecure(authority string) bool {
	host := authority
	if at := strings.LastIndex(authority, ":"); at > strings.LastIndex(authority, "]") {
		host = authority[:at]
	}
	for _, listed := range o.Insecure {
		if listed == authority || listed == host {
			return true
		}
	}
	return false
}

func (o Order) parse() (name.Reference, error) {
	ref, err := name.ParseReference(o.Reference)
	if err != nil {
		return nil, report.Fail(report.InvalidRequest, "%.300q is no reference of an image: %v", o.Reference, err)
	}
	if !o.isInsecure(ref.Context().RegistryStr()) {
		return ref, nil
	}
	return name.ParseReference(o.Reference, name.Insecure)
}

func parseRanges(texts []string) ([]netip.Prefix, error) {
	var ranges []netip.Prefix
	for _, text := range texts {
		one, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, err
		}
		ranges = append(ranges, one)
	}
	return ranges, nil
}
