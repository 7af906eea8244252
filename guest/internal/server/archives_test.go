package server

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

// member of a tar: a name that ends in "/" is a folder, one with a link a symlink.
type member struct {
	name, content, link string
	mode                int64
	kind                byte
}

func tarOf(t testing.TB, members ...member) []byte {
	t.Helper()
	var data bytes.Buffer
	writer := tar.NewWriter(&data)
	for _, m := range members {
		header := &tar.Header{Name: m.name, Mode: m.mode, Size: int64(len(m.content)), Linkname: m.link, Typeflag: m.kind, Format: tar.FormatPAX}
		if m.mode == 0 {
			header.Mode = 0o644
		}
		switch {
		case m.kind != 0:
		case strings.HasSuffix(m.name, "/"):
			header.Typeflag, header.Mode = tar.TypeDir, m.mode|0o711
		case m.link != "":
			header.Typeflag = tar.TypeSymlink
		}
		if err := writer.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		writer.Write([]byte(m.content))
	}
	writer.Close()
	return data.Bytes()
}

const (
	mergeInto = guestv1.ArchiveConflict_ARCHIVE_CONFLICT_MERGE
	replaceIt = guestv1.ArchiveConflict_ARCHIVE_CONFLICT_REPLACE
	refuseIt  = guestv1.ArchiveConflict_ARCHIVE_CONFLICT_ERROR
)

func unpack(t testing.TB, options *guestv1.UnpackArchiveOptions, data []byte) (*guestv1.UnpackArchiveResponse, error) {
	t.Helper()
	stream := agent.UnpackArchive(deadline(t))
	stream.Send(&guestv1.UnpackArchiveRequest{Options: options})
	for len(data) > 0 {
		piece := data[:min(len(data), 100_000)]
		if stream.Send(&guestv1.UnpackArchiveRequest{Data: piece}) != nil {
			break
		}
		data = data[len(piece):]
	}
	response, err := stream.CloseAndReceive()
	if err != nil {
		return nil, err
	}
	return response.Msg, nil
}

// tree lists a folder as "path mode content" or "path -> target". What the agent removes meanwhile is not there.
func tree(t testing.TB, folder string) string {
	t.Helper()
	var lines []string
	filepath.Walk(folder, func(path string, found os.FileInfo, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(strings.TrimPrefix(path, folder), "/")
		switch {
		case name == "":
		case found.IsDir():
			lines = append(lines, fmt.Sprintf("%s/ %o", name, found.Mode().Perm()))
		case found.Mode()&os.ModeSymlink != 0:
			target, _ := os.Readlink(path)
			lines = append(lines, name+" -> "+target)
		default:
			content, _ := os.ReadFile(path)
			lines = append(lines, fmt.Sprintf("%s %o %s", name, found.Mode().Perm(), content))
		}
		return nil
	})
	return strings.Join(lines, "\n")
}

func TestUnpackMakesWhatTheArchiveHolds(t *testing.T) {
	folder := t.TempDir()
	data := tarOf(t, member{name: "./", mode: 0o700}, member{name: "a/b/file", content: "x", mode: 0o4755}, member{name: "a/", mode: 0o750},
		member{name: "a/link", link: "../other"}, member{name: "line\nbreak", content: "y", mode: 0o600}, member{name: "bad\xff"})
	result, err := unpack(t, &guestv1.UnpackArchiveOptions{Target: at(folder + "/made/new"), Conflict: refuseIt}, data)
	if err != nil || result.Bytes != 2 || result.Files != 4 {
		t.Fatalf("%v %v", result, err)
	}
	want := "a/ 751\na/b/ 755\na/b/file 755 x\na/link -> ../other\nbad\xff 644 \nline\nbreak 600 y"
	if got := tree(t, folder+"/made/new"); got != want {
		t.Fatalf("%q", got)
	}
	if _, err := unpack(t, &guestv1.UnpackArchiveOptions{Target: at(folder + "/made/new"), Conflict: refuseIt}, data); code(t, err) != "target_exists" {
		t.Fatal(err)
	}
}

func TestMergeKeepsAndReplaceDoesNot(t *testing.T) {
	for conflict, want := range map[guestv1.ArchiveConflict]string{
		mergeInto: "both 644 new\ncame/ 711\ncame/file 644 1\nkept 644 old\nsub/ 711\nsub/kept 644 old\nsub/new 644 2\nway/ 711\nway/file 644 3",
		replaceIt: "both 644 new\ncame/ 711\ncame/file 644 1\nsub/ 711\nsub/new 644 2\nway/ 711\nway/file 644 3",
	} {
		folder, outside := t.TempDir()+"/target", t.TempDir()
		os.MkdirAll(folder+"/sub", 0o755)
		for _, name := range []string{"both", "kept", "sub/kept"} {
			os.WriteFile(folder+"/"+name, []byte("old"), 0o644)
		}
		os.Symlink(outside, folder+"/way")
		data := tarOf(t, member{name: "both", content: "new"}, member{name: "came/"}, member{name: "came/file", content: "1"},
			member{name: "sub/"}, member{name: "sub/new", content: "2"}, member{name: "way/"}, member{name: "way/file", content: "3"})
		if _, err := unpack(t, &guestv1.UnpackArchiveOptions{Target: at(folder), Conflict: conflict}, data); err != nil {
			t.Fatal(err)
		}
		if got := tree(t, folder); got != want {
			t.Errorf("%v: %q", conflict, got)
		}
		if entries, _ := os.ReadDir(outside); len(entries) != 0 {
			t.Errorf("%v: unpacked behind a link", conflict)
		}
		if entries, _ := os.ReadDir(filepath.Dir(folder)); len(entries) != 1 {
			t.Errorf("%v: %d entries beside", conflict, len(entries))
		}
	}
}

func TestKeptFoldersStayWhatTheyAre(t *testing.T) {
	folder := t.TempDir()
	os.MkdirAll(folder+"/usr/bin", 0o755)
	os.Mkdir(folder+"/open", 0o755)
	os.Chmod(folder+"/open", 0o777|os.ModeSticky)
	os.Symlink("usr/bin", folder+"/bin")
	os.Symlink("nowhere", folder+"/gone")
	data := tarOf(t, member{name: "bin/"}, member{name: "bin/tool", content: "t"}, member{name: "open/", mode: 0o700}, member{name: "open/x", content: "x"},
		member{name: "gone/"}, member{name: "gone/y", content: "y"})
	if _, err := unpack(t, &guestv1.UnpackArchiveOptions{Target: at(folder), Conflict: mergeInto, KeepFolders: true}, data); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, folder); got != "bin -> usr/bin\ngone/ 711\ngone/y 644 y\nopen/ 777\nopen/x 644 x\nusr/ 755\nusr/bin/ 755\nusr/bin/tool 644 t" {
		t.Fatalf("%q", got)
	}
	if found, err := os.Stat(folder + "/open"); err != nil || found.Mode()&os.ModeSticky == 0 {
		t.Fatalf("%v %v", found, err)
	}
}

func TestUnpackRefusesTargets(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(folder+"/file", nil, 0o644)
	os.MkdirAll(folder+"/target/name", 0o755)
	data := tarOf(t, member{name: "name", content: "x"})
	for _, refused := range []struct {
		options *guestv1.UnpackArchiveOptions
		code    string
	}{
		{&guestv1.UnpackArchiveOptions{Target: at(folder + "/x")}, "invalid_argument"},
		{&guestv1.UnpackArchiveOptions{Target: at(folder + "/file"), Conflict: mergeInto}, "not_a_directory"},
		{&guestv1.UnpackArchiveOptions{Target: at(folder + "/file/below"), Conflict: mergeInto}, "not_a_directory"},
		{&guestv1.UnpackArchiveOptions{Target: at(folder + "/target"), Conflict: mergeInto}, "file_exists"},
		{&guestv1.UnpackArchiveOptions{Target: at("/"), Conflict: replaceIt}, "invalid_path"},
		{&guestv1.UnpackArchiveOptions{Target: at("/workspace/.nullspace"), Conflict: mergeInto}, "invalid_path"},
		{&guestv1.UnpackArchiveOptions{Target: at(folder + "/x"), Conflict: mergeInto, Owner: "no-one-here"}, "unknown_user"},
		{&guestv1.UnpackArchiveOptions{Target: atAs("/root/x", "nobody"), Conflict: mergeInto}, "permission_denied"},
		{&guestv1.UnpackArchiveOptions{Target: atAs("/tmp/x", "nobody"), Conflict: mergeInto, Owner: "root"}, "permission_denied"},
	} {
		if _, err := unpack(t, refused.options, data); code(t, err) != refused.code {
			t.Errorf("%v: %v", refused.options, err)
		}
	}
	if got := tree(t, folder); got != "file 644 \ntarget/ 755\ntarget/name/ 755" {
		t.Fatalf("%q", got)
	}
}

func TestUnpackedFilesBelongToTheAccount(t *testing.T) {
	account := must[*user.User](t)(user.Lookup("nobody"))
	uid, _ := strconv.Atoi(account.Uid)
	folder := must[string](t)(os.MkdirTemp("/tmp", "unpacked-"))
	t.Cleanup(func() { os.RemoveAll(folder) })
	os.Chmod(folder, 0o777)
	data := tarOf(t, member{name: "shut/", mode: 0o500}, member{name: "shut/below/file"}, member{name: "link", link: "shut"})
	owned := func(path string) bool {
		found, err := os.Lstat(path)
		return err == nil && int(found.Sys().(*syscall.Stat_t).Uid) == uid
	}
	for name, options := range map[string]*guestv1.UnpackArchiveOptions{
		"self":  {Target: atAs(folder+"/self/deep", "nobody"), Conflict: refuseIt},
		"given": {Target: at(folder + "/given/deep"), Conflict: refuseIt, Owner: "nobody"},
	} {
		if _, err := unpack(t, options, data); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"", "/deep", "/deep/shut", "/deep/shut/below", "/deep/shut/below/file", "/deep/link"} {
			if !owned(folder + "/" + name + path) {
				t.Errorf("%s%s belongs to somebody else", name, path)
			}
		}
	}
}

func TestAFullDiskLeavesNothingUnpacked(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=1m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Unmount(folder, syscall.MNT_DETACH) })
	data := tarOf(t, member{name: "a", content: strings.Repeat("x", 600_000)}, member{name: "b", content: strings.Repeat("x", 600_000)})
	for _, conflict := range []guestv1.ArchiveConflict{refuseIt, mergeInto} {
		target := folder + "/new/target"
		if conflict == mergeInto {
			target = folder
		}
		if _, err := unpack(t, &guestv1.UnpackArchiveOptions{Target: at(target), Conflict: conflict}, data); code(t, err) != "disk_full" {
			t.Fatal(err)
		}
		if got := tree(t, folder); got != "" {
			t.Fatalf("%q", got)
		}
	}
}

func TestPackAndUnpackAgain(t *testing.T) {
	folder := t.TempDir()
	os.MkdirAll(folder+"/from/a/empty", 0o755)
	long := strings.Repeat("long-name/", 24) + "file"
	os.MkdirAll(filepath.Dir(folder+"/from/"+long), 0o755)
	os.WriteFile(folder+"/from/"+long, bytes.Repeat([]byte("0123456789"), 100_000), 0o640)
	os.WriteFile(folder+"/from/a/bad\xff\n", []byte("x"), 0o755)
	os.Symlink("a", folder+"/from/link")
	syscall.Mkfifo(folder+"/from/pipe", 0o644)
	stream := must[*connect.ServerStreamForClient[guestv1.PackDirectoryResponse]](t)(agent.PackDirectory(deadline(t), ask(&guestv1.PackDirectoryRequest{Target: at(folder + "/from")})))
	var packed bytes.Buffer
	for stream.Receive() {
		if packed.Write(stream.Msg().Data); len(stream.Msg().Data) > 256<<10 {
			t.Fatalf("a piece of %d bytes", len(stream.Msg().Data))
		}
	}
	if stream.Err() != nil {
		t.Fatal(stream.Err())
	}
	if _, err := unpack(t, &guestv1.UnpackArchiveOptions{Target: at(folder + "/to"), Conflict: refuseIt}, packed.Bytes()); err != nil {
		t.Fatal(err)
	}
	os.Remove(folder + "/from/pipe")
	if from, to := tree(t, folder+"/from"), tree(t, folder+"/to"); from != to {
		t.Fatalf("%q became %q", from, to)
	}
	for path, want := range map[string]string{folder + "/none": "file_not_found", folder + "/from/" + long: "not_a_directory"} {
		stream := must[*connect.ServerStreamForClient[guestv1.PackDirectoryResponse]](t)(agent.PackDirectory(deadline(t), ask(&guestv1.PackDirectoryRequest{Target: at(path)})))
		if stream.Receive() || code(t, stream.Err()) != want {
			t.Errorf("%s: %v", path, stream.Err())
		}
	}
	os.Mkdir(folder+"/from/shut", 0o700)
	os.Chmod(folder, 0o755)
	if stream := must[*connect.ServerStreamForClient[guestv1.PackDirectoryResponse]](t)(agent.PackDirectory(deadline(t), ask(&guestv1.PackDirectoryRequest{Target: atAs(folder+"/from", "nobody")}))); true {
		for stream.Receive() {
		}
		if code(t, stream.Err()) != "permission_denied" {
			t.Error(stream.Err())
		}
	}
}

func TestOfTwoArchivesAtOnceOneComes(t *testing.T) {
	folder := t.TempDir()
	results := make(chan error, 4)
	for i := range cap(results) {
		go func() {
			_, err := unpack(t, &guestv1.UnpackArchiveOptions{Target: at(folder + "/target"), Conflict: refuseIt}, tarOf(t, member{name: strconv.Itoa(i)}))
			results <- err
		}()
	}
	came := 0
	for range cap(results) {
		if err := <-results; err == nil {
			came++
		} else if code(t, err) != "target_exists" {
			t.Error(err)
		}
	}
	if entries, _ := os.ReadDir(folder + "/target"); came != 1 || len(entries) != 1 {
		t.Fatalf("%d came, %d entries", came, len(entries))
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Fatalf("%d entries beside", len(entries))
	}
}

func TestAnUploadThatBreaksOffLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	ctx, hangUp := context.WithCancel(deadline(t))
	cut := agent.UnpackArchive(ctx)
	cut.Send(&guestv1.UnpackArchiveRequest{Options: &guestv1.UnpackArchiveOptions{Target: at(folder + "/above/target"), Conflict: refuseIt}})
	cut.Send(&guestv1.UnpackArchiveRequest{Data: tarOf(t, member{name: "a/file", content: strings.Repeat("x", 5000)})[:3000]})
	eventually(t, "something is staged", func() bool { return strings.Contains(tree(t, folder), "a/file") })
	hangUp()
	eventually(t, "nothing is left", func() bool { return tree(t, folder) == "" })
	stream := agent.UnpackArchive(deadline(t))
	stream.Send(&guestv1.UnpackArchiveRequest{Options: &guestv1.UnpackArchiveOptions{Target: at(folder + "/target"), Conflict: refuseIt}})
	if err := stream.Send(&guestv1.UnpackArchiveRequest{Options: &guestv1.UnpackArchiveOptions{}}); err != nil && err != io.EOF {
		t.Fatal(err)
	}
	if _, err := stream.CloseAndReceive(); code(t, err) != "invalid_argument" {
		t.Fatal(err)
	}
	if got := tree(t, folder); got != "" {
		t.Fatalf("%q", got)
	}
}
