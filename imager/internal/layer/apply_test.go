package layer_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nullspace.dev/imager/internal/image"
	"nullspace.dev/imager/internal/layer"
	"nullspace.dev/imager/internal/report"
	"nullspace.dev/imager/internal/tree"
)

type entry struct {
	header  tar.Header
	content string
}

func file(name, content string) entry {
	return entry{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))}, content}
}

func link(kind byte, name, target string) entry {
	return entry{tar.Header{Name: name, Typeflag: kind, Linkname: target}, ""}
}

func archive(t *testing.T, entries ...entry) *bytes.Reader {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, one := range entries {
		header := one.header
		if err := w.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(one.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(out.Bytes())
}

// build lays layers over one another and answers with the paths of the image, and their content.
func build(t *testing.T, bounds tree.Bounds, layers ...[]entry) (map[string]string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w, err := image.NewWriter(out, bounds.MaxBytes)
	if err != nil {
		t.Fatal(err)
	}
	files := tree.New(bounds)
	for _, entries := range layers {
		if err := layer.Apply(archive(t, entries...), files, w); err != nil {
			return nil, err
		}
	}
	if err := w.Finish(files.Root); err != nil {
		return nil, err
	}
	return readBack(t, path), nil
}

func readBack(t *testing.T, path string) map[string]string {
	t.Helper()
	source, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	files := tree.New(generous)
	if err := image.Read(source, files); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	var visit func(at string, dir *tree.Node)
	visit = func(at string, dir *tree.Node) {
		for _, name := range dir.Names() {
			child := dir.Child(name)
			here := at + "/" + name
			switch child.Type() {
			case tree.TypeDir:
				found[here+"/"] = ""
				visit(here, child)
			case tree.TypeLink:
				found[here] = "-> " + child.Target
			case tree.TypeRegular:
				var content collected
				if err := child.Content.WriteTo(&content); err != nil {
					t.Fatal(err)
				}
				found[here] = content.String()
			default:
				found[here] = "special"
			}
		}
	}
	visit("", files.Root)
	return found
}

type collected struct{ bytes.Buffer }

func (c *collected) Skip(n uint64) error {
	_, err := c.Write(make([]byte, n))
	return err
}

var generous = tree.Bounds{MaxEntries: 100_000, MaxBytes: 1 << 30}

func expect(t *testing.T, found map[string]string, wanted map[string]string) {
	t.Helper()
	for path, content := range wanted {
		if got, there := found[path]; !there || got != content {
			t.Errorf("%s: %q (there: %v), want %q", path, got, there, content)
		}
	}
	for path := range found {
		if _, known := wanted[path]; !known {
			t.Errorf("%s is there", path)
		}
	}
}

func TestWhiteoutsHideWhatLiesBelowAlone(t *testing.T) {
	found, err := build(t, generous,
		[]entry{file("a/one", "1"), file("a/two", "2"), file("b/deep/x", "x"), file("c/x", "x")},
		[]entry{
			file("a/.wh.one", ""), file("b/new", "new"), file("b/.wh..wh..opq", ""), file("b/deep/own", "own"),
			file("c/.wh.x", ""), file("c/x", "again"), file(".wh..wh.plnk", ""), file("a/.wh.never-there", ""),
		})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, found, map[string]string{
		"/a/": "", "/a/two": "2", "/b/": "", "/b/new": "new", "/b/deep/": "", "/b/deep/own": "own", "/c/": "", "/c/x": "again",
	})
}

func TestNamesAndLinksLeadNowhere(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := build(t, generous, []entry{
		file("/absolute", "a"),
		link(tar.TypeSymlink, "out", filepath.Dir(outside)),
		link(tar.TypeSymlink, "up", "../../../../.."),
		link(tar.TypeSymlink, "itself", "."),
		file("up/etc/written", "w"),
		file("itself/here", "h"),
		file("out/outside", "changed"),
	})
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(outside)
	if err != nil || string(content) != "kept" {
		t.Fatalf("%q %v", content, err)
	}
	if found["/etc/written"] != "w" || found["/here"] != "h" || found["/absolute"] != "a" {
		t.Errorf("%v", found)
	}
	if got := found[outside]; got != "changed" {
		t.Errorf("%q in the image", got)
	}
}

func TestRefusedArchives(t *testing.T) {
	loop := []entry{link(tar.TypeSymlink, "a", "b"), link(tar.TypeSymlink, "b", "a"), file("a/x", "")}
	for name, entries := range map[string][]entry{
		"upwards":            {file("../x", "")},
		"upwards inside":     {file("a/../../x", "")},
		"long name":          {file(strings.Repeat("n", 256), "")},
		"long path":          {file(strings.Repeat("p/", 2100)+"x", "")},
		"link to nothing":    {link(tar.TypeLink, "a", "b")},
		"link upwards":       {link(tar.TypeLink, "a", "../../etc/passwd")},
		"link to folder":     {{tar.Header{Name: "d/", Typeflag: tar.TypeDir}, ""}, link(tar.TypeLink, "a", "d")},
		"loop":               loop,
		"file as folder":     {file("a", ""), file("a/b", "")},
		"empty symbolic":     {link(tar.TypeSymlink, "a", "")},
		"long symbolic link": {link(tar.TypeSymlink, "a", strings.Repeat("x", 4096))},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := build(t, generous, entries)
			var failure *report.Failure
			if !errors.As(err, &failure) || failure.Code != report.ImportFailed {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestBounds(t *testing.T) {
	many := []entry{file("a", ""), file("b", ""), file("c", "")}
	large := []entry{file("a", strings.Repeat("x", 10_000))}
	for name, one := range map[string]struct {
		bounds  tree.Bounds
		entries []entry
	}{
		"entries": {tree.Bounds{MaxEntries: 2, MaxBytes: 1 << 30}, many},
		"bytes":   {tree.Bounds{MaxEntries: 10, MaxBytes: 8192}, large},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := build(t, one.bounds, one.entries)
			var failure *report.Failure
			if !errors.As(err, &failure) || failure.Code != report.TooLarge {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestReplacedContentIsNotInTheImage(t *testing.T) {
	secret := strings.Repeat("secret-of-a-lower-layer ", 1000)
	path := filepath.Join(t.TempDir(), "image")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w, err := image.NewWriter(out, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	files := tree.New(generous)
	for _, entries := range [][]entry{{file("gone", secret), file("replaced", secret)}, {file(".wh.gone", ""), file("replaced", "new")}} {
		if err := layer.Apply(archive(t, entries...), files, w); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(files.Root); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("secret-of-a-lower-layer")) {
		t.Error("the image holds what a layer has removed")
	}
}

func FuzzApply(f *testing.F) {
	f.Add([]byte("not a tar"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		out, err := os.CreateTemp(t.TempDir(), "image")
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		w, err := image.NewWriter(out, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		files := tree.New(tree.Bounds{MaxEntries: 1000})
		if layer.Apply(bytes.NewReader(raw), files, w) == nil {
			_ = w.Finish(files.Root)
		}
	})
}

func TestWhatNoImageHoldsIsTold(t *testing.T) {
	capable := file("bin/ping", "x")
	capable.header.PAXRecords = map[string]string{"SCHILY.xattr.security.capability": "x", "SCHILY.xattr.trusted.overlay.opaque": "y"}
	device := entry{tar.Header{Name: "dev/one", Typeflag: tar.TypeChar, Mode: 0o600, Devmajor: 1, Devminor: 3}, ""}
	files := tree.New(tree.Bounds{MaxEntries: 100})
	output, err := os.Create(filepath.Join(t.TempDir(), "image"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := image.NewWriter(output, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if err := layer.Apply(archive(t, file("plain", "x")), files, w); err != nil || len(files.Lost.Notices()) != 0 {
		t.Fatal(files.Lost.Notices(), err)
	}
	if err := layer.Apply(archive(t, capable, device), files, w); err != nil {
		t.Fatal(err)
	}
	said := strings.Join(files.Lost.Notices(), "; ")
	if said != `1 extended attributes are not in the image, such as security.capability of "bin/ping"; 1 device files of the image are hidden, such as "dev/one"` {
		t.Fatal(said)
	}
}
