package archive

import (
	"archive/tar"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzUnpack lets the fuzzer write the archive: whatever it holds, nothing outside the root is touched or can be reached
// through what was made.
func FuzzUnpack(f *testing.F) {
	for _, members := range [][]tar.Header{
		{{Name: "a/b", Typeflag: tar.TypeReg, Size: 3, Mode: 0o644}, {Name: "a/l", Typeflag: tar.TypeSymlink, Linkname: "../c"}, {Name: "d/", Typeflag: tar.TypeDir, Mode: 0o500}},
		{{Name: "d/e/l", Typeflag: tar.TypeSymlink, Linkname: "../.."}, {Name: "m", Typeflag: tar.TypeSymlink, Linkname: "d/e/l/x"}, {Name: "m/f", Typeflag: tar.TypeReg}},
		{{Name: "../x", Typeflag: tar.TypeReg}}, {{Name: "/x", Typeflag: tar.TypeDir}}, {{Name: "h", Typeflag: tar.TypeLink, Linkname: "a"}},
	} {
		var data bytes.Buffer
		writer := tar.NewWriter(&data)
		for _, header := range members {
			header.Format = tar.FormatPAX
			writer.WriteHeader(&header)
			writer.Write(make([]byte, header.Size))
		}
		writer.Close()
		f.Add(data.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		outer, err := os.MkdirTemp("/dev/shm", "fuzz-unpack-")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(outer)
		path := outer + "/root"
		os.Mkdir(path, 0o755)
		root, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		result, err := Unpack(context.Background(), root, bytes.NewReader(data), Options{
			MaxBytes: 1 << 20, MaxEntries: 1000, Reserved: func(string) bool { return false },
		})
		if entries, _ := os.ReadDir(outer); len(entries) != 1 {
			t.Fatalf("%d entries beside the root", len(entries)-1)
		}
		if err == nil && result.Bytes > 1<<20 {
			t.Fatalf("%d bytes", result.Bytes)
		}
		checkInside(t, path)
	})
}

func checkInside(t *testing.T, root string) {
	t.Helper()
	filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if kind := entry.Type(); !kind.IsRegular() && !kind.IsDir() && kind != os.ModeSymlink {
			t.Fatalf("%q is a %v", path, kind)
		}
		if entry.Type() == os.ModeSymlink {
			if end, err := filepath.EvalSymlinks(path); err == nil && end != root && !strings.HasPrefix(end, root+"/") {
				t.Fatalf("%q leads to %q", path, end)
			}
		}
		return nil
	})
}
