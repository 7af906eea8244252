package files

import (
	"path/filepath"
	"strings"
	"testing"
)

// FuzzAbsolute lets the fuzzer ask for a path: what comes of it is absolute, short and without detours, and a path of the
// platform is known under every spelling.
func FuzzAbsolute(f *testing.F) {
	for _, path := range []string{"a", "/a/../b", "../../etc/passwd", "/workspace/./.nullspace//x", "a\x00b", strings.Repeat("x/", 2100), "", ".", "//"} {
		f.Add(path, "/workspace")
	}
	f.Fuzz(func(t *testing.T, asked, base string) {
		base = filepath.Join("/", base)
		path, err := absolute(asked, base)
		if err != nil {
			return
		}
		if !strings.HasPrefix(path, "/") || path != filepath.Clean(path) || strings.Contains(path+"/", "/../") || strings.IndexByte(asked, 0) >= 0 {
			t.Fatalf("%q became %q", asked, path)
		}
		if len(path) > 4095 {
			t.Fatalf("a path of %d bytes", len(path))
		}
		again, err := absolute(path+"/.//", base)
		if len(path) < 4090 && (err != nil || again != path || IsReserved(again) != IsReserved(path)) {
			t.Fatalf("%q became %q: %v", path, again, err)
		}
	})
}
