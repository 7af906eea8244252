package image_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"nullspace.dev/imager/internal/image"
	"nullspace.dev/imager/internal/tree"
)

type content []byte

func (c content) WriteTo(w tree.Sink) error {
	_, err := w.Write(c)
	return err
}

var bounds = tree.Bounds{MaxEntries: 100_000, MaxBytes: 1 << 30}

// grow makes a tree of folders of every size, links and files of awkward lengths.
func grow(t *testing.T, seed int64) *tree.Tree {
	t.Helper()
	random := rand.New(rand.NewSource(seed))
	files := tree.New(bounds)
	files.Begin()
	put := func(parent *tree.Node, name string, node *tree.Node) {
		if err := files.Put(parent, name, node); err != nil {
			t.Fatal(err)
		}
	}
	for _, size := range []int{0, 1, 4031, 4032, 4033, 4095, 4096, 4097, 70_000} {
		raw := make([]byte, size)
		random.Read(raw)
		node := &tree.Node{Mode: tree.TypeRegular | 0o4755, UID: 1 << 31, GID: 70_000, Mtime: 1 << 33, MtimeNanos: 7, Size: uint64(size), Content: content(raw)}
		put(files.Root, fmt.Sprintf("file-%d", size), node)
		put(files.Root, fmt.Sprintf("again-%d", size), node)
	}
	for _, length := range []int{1, 4031, 4032, 4033, 4095} {
		put(files.Root, fmt.Sprintf("link-%d", length), &tree.Node{Mode: tree.TypeLink | 0o777, Target: strings.Repeat("t", length)})
	}
	for _, entries := range []int{0, 1, 30, 90, 300, 5000} {
		dir := tree.NewDir(0o1777)
		put(files.Root, fmt.Sprintf("dir-%d", entries), dir)
		for i := range entries {
			name := fmt.Sprintf("%x%s", random.Uint32(), strings.Repeat("n", random.Intn(100)))
			child := &tree.Node{Mode: tree.TypeFifo | 0o600}
			if i%3 == 0 {
				child = tree.NewDir(0o700)
			}
			put(dir, name, child)
		}
	}
	put(files.Root, "device", &tree.Node{Mode: tree.TypeBlock | 0o600, Rdev: 0x800})
	put(files.Root, strings.Repeat("ü", 127), tree.NewDir(0o755))
	put(files.Root, "-before-the-dots", tree.NewDir(0o755))
	return files
}

func write(t *testing.T, files *tree.Tree) string {
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
	if err := w.Finish(files.Root); err != nil {
		t.Fatal(err)
	}
	return path
}

func digest(t *testing.T, path string) [32]byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(raw)
}

func read(t *testing.T, path string) *tree.Tree {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	files := tree.New(bounds)
	if err := image.Read(file, files); err != nil {
		t.Fatal(err)
	}
	return files
}

// What gVisor's reader finds in an image is what was written, and writing that gives the very same image.
func TestReadsBackWhatWasWritten(t *testing.T) {
	for seed := range int64(1) {
		first := write(t, grow(t, seed))
		if again := write(t, read(t, first)); digest(t, again) != digest(t, first) {
			t.Errorf("seed %d: the image of the image is another one", seed)
		}
		if digest(t, write(t, grow(t, seed))) != digest(t, first) {
			t.Errorf("seed %d: equal trees give other images", seed)
		}
		files, wanted := read(t, first), grow(t, seed)
		if files.Root.Child("file-4097") != files.Root.Child("again-4097") {
			t.Error("two names of a file became two files")
		}
		one, original := files.Root.Child("file-4097"), wanted.Root.Child("file-4097")
		if one.Mode != original.Mode || one.UID != original.UID || one.GID != original.GID || one.Mtime != original.Mtime || one.MtimeNanos != original.MtimeNanos {
			t.Errorf("%+v, want %+v", one, original)
		}
		if got := files.Root.Child("link-4095").Target; len(got) != 4095 {
			t.Errorf("a link of %d bytes", len(got))
		}
	}
}

// The tools of EROFS itself agree.
func TestSoundForFsck(t *testing.T) {
	path := write(t, grow(t, 1))
	said, err := exec.Command("fsck.erofs", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	into := filepath.Join(t.TempDir(), "out")
	if said, err := exec.Command("fsck.erofs", "--extract="+into, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	for _, size := range []int{0, 1, 4096, 70_000} {
		info, err := os.Stat(filepath.Join(into, fmt.Sprintf("file-%d", size)))
		if err != nil || info.Size() != int64(size) {
			t.Errorf("file-%d: %v %v", size, info, err)
		}
	}
	names, err := os.ReadDir(filepath.Join(into, "dir-5000"))
	if err != nil || len(names) < 4990 {
		t.Errorf("%d names, %v", len(names), err)
	}
}

func TestHolesStayHoles(t *testing.T) {
	files := tree.New(bounds)
	node := &tree.Node{Mode: tree.TypeRegular, Size: 64 << 20, Content: hole(64 << 20)}
	if err := files.Put(files.Root, "hole", node); err != nil {
		t.Fatal(err)
	}
	path := write(t, files)
	said, err := exec.Command("stat", "-c", "%b", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var blocks int
	if _, err := fmt.Fscan(bytes.NewReader(said), &blocks); err != nil || blocks > 2048 {
		t.Errorf("%d blocks on disk, %v", blocks, err)
	}
}

type hole uint64

func (h hole) WriteTo(w tree.Sink) error { return w.Skip(uint64(h)) }
