package archive

import (
	"strings"
	"testing"
)

func TestLinksStayInside(t *testing.T) {
	for _, link := range []struct {
		name, target string
		allowed      bool
	}{
		{"l", "x", true}, {"l", "./x/y", true}, {"a/l", "..", true}, {"a/b/l", "../../x", true}, {"a/l", "../b//c", true},
		{"l", "..", false}, {"a/l", "../..", false}, {"l", "x/..", false}, {"l", "/x", false}, {"l", "", false}, {"l", "a\x00b", false},
		{"l", strings.Repeat("x", 4096), false},
	} {
		if err := checkLink(strings.Split(link.name, "/"), link.target); (err == nil) != link.allowed {
			t.Errorf("%.20q to %.20q: %v", link.name, link.target, err)
		}
	}
}
