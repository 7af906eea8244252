package upper_test

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	saved "gvisor.dev/gvisor/pkg/sentry/fscheckpoint/fscheckpoint_proto_go_proto"
	memory "gvisor.dev/gvisor/pkg/sentry/pgalloc/pgalloc_metadata_go_proto"

	"nullspace.dev/imager/internal/tree"
	"nullspace.dev/imager/internal/upper"
)

type member struct {
	header tar.Header
	// Of a file: its size and where its parts lie.
	size     uint64
	segments []uint64
}

func encode(m member) []byte {
	raw := binary.LittleEndian.AppendUint64(nil, m.size)
	for _, value := range m.segments {
		raw = binary.LittleEndian.AppendUint64(raw, value)
	}
	return raw
}

type shape struct {
	members []member
	ranges  []*memory.MemAcctRangeProto
	pages   []byte
	// Changes the manifest before it is written.
	spoil func(*saved.Manifest)
}

func openSnapshot(t *testing.T, s shape) (*upper.Snapshot, error) {
	t.Helper()
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, one := range s.members {
		header := one.header
		var content []byte
		if header.Typeflag == tar.TypeReg {
			content = encode(one)
			header.Size = int64(len(content))
		}
		if err := w.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := proto.Marshal(&memory.MemoryFileMetadataProto{Version: 1, MemAcct: s.ranges})
	if err != nil {
		t.Fatal(err)
	}
	metadata := append(binary.LittleEndian.AppendUint64(nil, uint64(len(raw))), raw...)
	manifest := &saved.Manifest{
		Version:     1,
		MemoryFiles: []*saved.MemoryFile{{PagesMetadataEnd: uint64(len(metadata))}},
		Tmpfs:       []*saved.Tmpfs{{TarEnd: uint64(archive.Len())}},
	}
	if s.spoil != nil {
		s.spoil(manifest)
	}
	described, err := proto.Marshal(manifest)
	if err != nil {
		t.Fatal(err)
	}
	store := func(name string, content []byte) *os.File {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		return file
	}
	return upper.Open(upper.Files{
		Manifest: store("manifest", described), Tar: store("tar", archive.Bytes()),
		PagesMetadata: store("metadata", metadata), Pages: store("pages", s.pages),
	})
}

func lay(t *testing.T, s shape) (*tree.Tree, error) {
	t.Helper()
	snapshot, err := openSnapshot(t, s)
	if err != nil {
		return nil, err
	}
	into := tree.New(tree.Bounds{MaxEntries: 1000})
	into.Begin()
	below := tree.NewDir(0o755)
	for name, node := range map[string]*tree.Node{"below": below, "gone": {Mode: tree.TypeRegular}} {
		if err := into.Put(into.Root, name, node); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"one", "two"} {
		if err := into.Put(below, name, &tree.Node{Mode: tree.TypeRegular}); err != nil {
			t.Fatal(err)
		}
	}
	return into, upper.Apply(snapshot, into)
}

type collected struct{ bytes.Buffer }

func (c *collected) Skip(n uint64) error {
	_, err := c.Write(make([]byte, n))
	return err
}

func reg(name string, size uint64, segments ...uint64) member {
	return member{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644}, size, segments}
}

func other(kind byte, name, target string) member {
	return member{header: tar.Header{Name: name, Typeflag: kind, Linkname: target}}
}

func committed(start, end uint64) *memory.MemAcctRangeProto {
	return &memory.MemAcctRangeProto{Start: start, End: end, KnownCommitted: true}
}

func TestReadsContentFromItsPages(t *testing.T) {
	pages := append(bytes.Repeat([]byte("a"), 4096), bytes.Repeat([]byte("b"), 4096)...)
	into, err := lay(t, shape{
		pages:  pages,
		ranges: []*memory.MemAcctRangeProto{committed(8192, 12288), {Start: 12288, End: 16384}, committed(16384, 20480)},
		members: []member{
			other(tar.TypeDir, "./", ""),
			// A hole, a page that was saved, one that was not, and part of another one.
			reg("./file", 4096*3+10, 4096, 12288, 8192, 12288, 16384, 16384),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got collected
	if err := into.Root.Child("file").Content.WriteTo(&got); err != nil {
		t.Fatal(err)
	}
	want := strings.Repeat("\x00", 4096) + strings.Repeat("a", 4096) + strings.Repeat("\x00", 4096) + strings.Repeat("b", 10)
	if got.String() != want {
		t.Errorf("%d bytes, want %d", got.Len(), len(want))
	}
}

func TestHidesWhatTheSandboxHasRemoved(t *testing.T) {
	opaque := other(tar.TypeDir, "./below/", "")
	opaque.header.PAXRecords = map[string]string{"SCHILY.xattr.trusted.overlay.opaque": "y"}
	into, err := lay(t, shape{members: []member{
		other(tar.TypeDir, "./", ""), opaque, reg("./below/new", 0), other(tar.TypeChar, "./gone", ""),
		other(tar.TypeLink, "./never", "./gone"), other(tar.TypeDir, "./etc/", ""), reg("./etc/hostname", 0), reg("./etc/own", 0),
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(into.Root.Names(), " "); got != "below etc" {
		t.Errorf("%q", got)
	}
	if got := strings.Join(into.Root.Child("below").Names(), " "); got != "new" {
		t.Errorf("%q", got)
	}
	if got := strings.Join(into.Root.Child("etc").Names(), " "); got != "own" {
		t.Errorf("%q", got)
	}
}

func TestRefusesDamagedSnapshots(t *testing.T) {
	root := other(tar.TypeDir, "./", "")
	for name, s := range map[string]shape{
		"upwards":         {members: []member{root, reg("./../x", 0)}},
		"no folder":       {members: []member{root, reg("./a/b", 0)}},
		"through a link":  {members: []member{root, other(tar.TypeSymlink, "./l", "/etc"), reg("./l/x", 0)}},
		"link to nothing": {members: []member{root, other(tar.TypeLink, "./l", "./none")}},
		"link upwards":    {members: []member{root, other(tar.TypeLink, "./l", "../../etc/passwd")}},
		"cut segments":    {members: []member{root, reg("./f", 10, 0, 4096)}},
		"backwards":       {members: []member{root, reg("./f", 10, 4096, 0, 0)}},
		"overlapping":     {members: []member{root, reg("./f", 9000, 0, 8192, 0, 4096, 12288, 0)}},
		"pages backwards": {ranges: []*memory.MemAcctRangeProto{committed(8192, 4096)}},
		"two roots":       {spoil: func(m *saved.Manifest) { m.Tmpfs = append(m.Tmpfs, m.Tmpfs[0]) }},
		"other version":   {spoil: func(m *saved.Manifest) { m.Version = 9 }},
		"beyond the end":  {spoil: func(m *saved.Manifest) { m.Tmpfs[0].TarEnd += 4096 }},
		"huge":            {spoil: func(m *saved.Manifest) { m.Tmpfs[0].TarEnd = 1 << 60 }},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := lay(t, s); err == nil {
				t.Error("it was taken")
			}
		})
	}
}

func TestPagesThatEndEarlyAreNoContent(t *testing.T) {
	into, err := lay(t, shape{
		ranges:  []*memory.MemAcctRangeProto{committed(0, 4096)},
		pages:   []byte("short"),
		members: []member{other(tar.TypeDir, "./", ""), reg("./f", 4096, 0, 4096, 0)},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got collected
	if err := into.Root.Child("f").Content.WriteTo(&got); err == nil {
		t.Error("it was written")
	}
	far, err := lay(t, shape{members: []member{other(tar.TypeDir, "./", ""), reg("./f", 1<<40, 0, 1<<40, 1<<63)}})
	if err != nil {
		t.Fatal(err)
	}
	if node := far.Root.Child("f"); node.Size != 1<<40 {
		t.Errorf("%+v", node)
	}
}
