package server

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"nullspace.dev/guest/gen/guestv1"
)

func at(path string) *guestv1.Target            { return &guestv1.Target{Path: path} }
func atAs(path, account string) *guestv1.Target { return &guestv1.Target{Path: path, User: account} }
func ask[T any](message *T) *connect.Request[T] { return connect.NewRequest(message) }

func write(t testing.TB, target *guestv1.Target, mode uint32, pieces ...string) (*guestv1.FileInfo, error) {
	t.Helper()
	stream := agent.WriteFile(deadline(t))
	for i, piece := range pieces {
		message := &guestv1.WriteFileRequest{Data: []byte(piece)}
		if i == 0 {
			message.Target, message.Mode = target, mode
		}
		// The refusal, if there is one, comes with the answer.
		if err := stream.Send(message); err != nil && err != io.EOF {
			break
		}
	}
	response, err := stream.CloseAndReceive()
	if err != nil {
		return nil, err
	}
	return response.Msg.Info, nil
}

func read(t testing.TB, request *guestv1.ReadFileRequest) (info *guestv1.FileInfo, content []byte, err error) {
	t.Helper()
	stream := must[*connect.ServerStreamForClient[guestv1.ReadFileResponse]](t)(agent.ReadFile(deadline(t), ask(request)))
	defer stream.Close()
	for stream.Receive() {
		if stream.Msg().Info != nil {
			info = stream.Msg().Info
		}
		content = append(content, stream.Msg().Data...)
	}
	return info, content, stream.Err()
}

func TestWriteAndReadBack(t *testing.T) {
	path := t.TempDir() + "/a/b/file.bin"
	big := strings.Repeat("0123456789abcdef", 100_000)
	info := must[*guestv1.FileInfo](t)(write(t, at(path), 0, big, "tail"))
	if info.Path != path || info.Name != "file.bin" || info.Type != "file" || info.Size != uint64(len(big)+4) || info.Permissions != "0644" ||
		info.Mode != "-rw-r--r--" || info.Owner != "root" || info.Group != "root" || info.ModifiedUnixNs == 0 {
		t.Fatalf("%v", info)
	}
	found, content, err := read(t, &guestv1.ReadFileRequest{Target: at(path)})
	if err != nil || string(content) != big+"tail" || found.Size != info.Size {
		t.Fatalf("%d bytes, %v %v", len(content), found, err)
	}
	if _, part, err := read(t, &guestv1.ReadFileRequest{Target: at(path), Offset: 10, MaxBytes: 6}); err != nil || string(part) != "abcdef" {
		t.Fatalf("%q %v", part, err)
	}
	if _, none, err := read(t, &guestv1.ReadFileRequest{Target: at(path), Offset: 1 << 40}); err != nil || len(none) != 0 {
		t.Fatalf("%q %v", none, err)
	}
	if info = must[*guestv1.FileInfo](t)(write(t, at(path), 0, "")); info.Size != 0 {
		t.Fatalf("an empty write left %v", info)
	}
}

func TestWriteKeepsModeAndOwnerAndFollowsLinks(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(folder+"/real", []byte("old"), 0o600)
	os.Chmod(folder+"/real", 0o751)
	os.Chown(folder+"/real", 1, 2)
	os.Symlink("real", folder+"/link")
	info := must[*guestv1.FileInfo](t)(write(t, at(folder+"/link"), 0o600, "new"))
	if info.Path != folder+"/link" || info.SymlinkTarget != "real" || info.Type != "file" || info.Permissions != "0751" {
		t.Fatalf("%v", info)
	}
	found, _ := os.Lstat(folder + "/real")
	stat := found.Sys().(*syscall.Stat_t)
	if stat.Uid != 1 || stat.Gid != 2 {
		t.Fatalf("owner %d:%d", stat.Uid, stat.Gid)
	}
	if link, err := os.Readlink(folder + "/link"); err != nil || link != "real" {
		t.Fatalf("the link was replaced: %v", err)
	}
	if info = must[*guestv1.FileInfo](t)(write(t, at(folder+"/script"), 0o755, "x")); info.Permissions != "0755" {
		t.Fatalf("%v", info)
	}
}

func TestABrokenWriteLeavesTheOldContent(t *testing.T) {
	folder := t.TempDir()
	path := folder + "/file"
	os.WriteFile(path, []byte("old"), 0o644)
	message := must[[]byte](t)(proto.Marshal(&guestv1.WriteFileRequest{Target: at(path), Data: []byte("new")}))
	envelope := append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...)
	conn := must[net.Conn](t)(net.Dial("tcp", strings.TrimPrefix(served.URL, "http://")))
	fmt.Fprintf(conn, "POST /nullspace.guest.v1.GuestService/WriteFile HTTP/1.1\r\nHost: guest\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/connect+proto\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", token, len(envelope), envelope)
	eventually(t, "the write has begun", func() bool { entries, _ := os.ReadDir(folder); return len(entries) == 2 })
	conn.Close()
	eventually(t, "what was staged is gone", func() bool { entries, _ := os.ReadDir(folder); return len(entries) == 1 })
	if content, _ := os.ReadFile(path); string(content) != "old" {
		t.Fatalf("content %q", content)
	}
}

func TestAFullDiskIsToldAndCleaned(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=1m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Unmount(folder, syscall.MNT_DETACH) })
	piece := strings.Repeat("x", 300_000)
	if _, err := write(t, at(folder+"/file"), 0, piece, piece, piece, piece, piece); code(t, err) != "disk_full" {
		t.Fatal(err)
	}
	eventually(t, "what was staged is gone", func() bool { entries, _ := os.ReadDir(folder); return len(entries) == 0 })
	// Between file systems a rename copies.
	os.MkdirAll(folder+"/tree/below", 0o750)
	os.WriteFile(folder+"/tree/below/file", []byte("x"), 0o600)
	target := t.TempDir() + "/made/tree"
	must[*connect.Response[guestv1.RenameResponse]](t)(agent.Rename(deadline(t), ask(&guestv1.RenameRequest{From: at(folder + "/tree"), ToPath: target})))
	if content, err := os.ReadFile(target + "/below/file"); err != nil || string(content) != "x" {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder + "/tree"); !os.IsNotExist(err) {
		t.Fatalf("the source is still there: %v", err)
	}
}

func TestRefusedPaths(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(folder+"/file", nil, 0o644)
	syscall.Mkfifo(folder+"/pipe", 0o644)
	os.MkdirAll("/workspace", 0o755)
	os.Symlink("/workspace", folder+"/way")
	socket := must[net.Listener](t)(net.Listen("unix", folder+"/socket"))
	defer socket.Close()
	long := "/" + strings.Repeat("x", 300)
	for path, want := range map[string]string{
		"": "invalid_path", "a\x00b": "invalid_path", folder: "is_a_directory", folder + "/file/below": "not_a_directory", long: "invalid_path",
		folder + "/pipe": "invalid_path", "/dev/null": "invalid_path",
		"/workspace/.nullspace/x": "invalid_path", "/workspace/a/../.nullspace": "invalid_path", folder + "/way/.nullspace/x": "invalid_path",
	} {
		if _, err := write(t, at(path), 0, "x"); code(t, err) != want {
			t.Errorf("write %q: %v", path, err)
		}
	}
	for path, want := range map[string]string{
		"": "invalid_path", folder: "is_a_directory", folder + "/none": "file_not_found", folder + "/file/below": "not_a_directory", folder + "/pipe": "invalid_path",
		folder + "/socket": "invalid_path", "/proc/self/mem": "invalid_path",
	} {
		if _, _, err := read(t, &guestv1.ReadFileRequest{Target: at(path)}); code(t, err) != want {
			t.Errorf("read %q: %v", path, err)
		}
	}
	if _, err := write(t, atAs("x", "no-such-user"), 0, "x"); code(t, err) != "unknown_user" {
		t.Error(err)
	}
	if _, err := agent.Remove(deadline(t), ask(&guestv1.RemoveRequest{Target: at("/")})); code(t, err) != "invalid_path" {
		t.Error(err)
	}
}

func TestRefusedPathsSayWhy(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(folder+"/file", nil, 0o644)
	os.Mkdir(folder+"/directory", 0o755)
	syscall.Mkfifo(folder+"/pipe", 0o644)
	os.Symlink("loop", folder+"/loop")
	for path, want := range map[string]string{
		folder + "/" + strings.Repeat("x", 256): "too_long", strings.Repeat("x/", 2048): "too_long", folder + "/loop": "too_many_links",
		folder + "/pipe": "no_content", "/workspace/.nullspace/x": "reserved", folder + "/file/below": "below_file", "/": "root", folder: "",
	} {
		if _, err := write(t, at(path), 0, "x"); detailOf(t, err).GetReason() != want {
			t.Errorf("%.80q: %v", path, err)
		}
	}
	for _, move := range []struct{ from, to, code, reason string }{
		{"/directory", "/directory/below/x", "invalid_path", "below_itself"},
		{"/directory", "/file", "not_a_directory", ""},
		{"/file", "/file/x", "not_a_directory", "below_file"},
	} {
		_, err := agent.Rename(deadline(t), ask(&guestv1.RenameRequest{From: at(folder + move.from), ToPath: folder + move.to}))
		if detail := detailOf(t, err); detail.GetCode() != move.code || detail.GetReason() != move.reason {
			t.Errorf("%v: %v", move, err)
		}
	}
}

func TestStatOfLinksAndMissingFiles(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(folder+"/file", []byte("12345"), 0o644)
	os.Symlink("file", folder+"/link")
	os.Symlink("nowhere", folder+"/dangling")
	stat := func(path string) *guestv1.FileInfo {
		return must[*connect.Response[guestv1.StatResponse]](t)(agent.Stat(deadline(t), ask(&guestv1.StatRequest{Target: at(path)}))).Msg.Info
	}
	if info := stat(folder + "/link"); info.Type != "file" || info.Size != 5 || info.SymlinkTarget != "file" || info.Name != "link" {
		t.Errorf("%v", info)
	}
	if info := stat(folder + "/dangling"); info.Type != "symlink" || info.SymlinkTarget != "nowhere" {
		t.Errorf("%v", info)
	}
	if info := stat(folder + "/none"); info != nil {
		t.Errorf("%v", info)
	}
	if info := stat(folder + "/file/none"); info != nil {
		t.Errorf("%v", info)
	}
	if info := stat("/"); info.Name != "/" || info.Type != "dir" || info.Size != 0 {
		t.Errorf("%v", info)
	}
	if info := stat("/tmp"); info.Mode != "drwxrwxrwt" || info.Permissions != "1777" {
		t.Errorf("%v", info)
	}
	if info := stat("/dev/null"); info.Type != "device" || info.Mode[0] != 'c' {
		t.Errorf("%v", info)
	}
}

func TestListingIsSortedAndBounded(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"b/c/d", "b/a", "a b", "B"} {
		os.MkdirAll(filepath.Dir(folder+"/"+name), 0o755)
		os.WriteFile(folder+"/"+name, nil, 0o644)
	}
	os.Symlink("b", folder+"/z")
	os.WriteFile(folder+"/bad\xff", nil, 0o644)
	list := func(path string, depth, most uint32) ([]string, error) {
		response, err := agent.ListDirectory(deadline(t), ask(&guestv1.ListDirectoryRequest{Target: at(path), Depth: depth, MaxEntries: most}))
		if err != nil {
			return nil, err
		}
		var names []string
		for _, entry := range response.Msg.Entries {
			names = append(names, strings.TrimPrefix(entry.Path, folder+"/")+":"+entry.Type)
		}
		return names, nil
	}
	if names := must[[]string](t)(list(folder, 1, 0)); strings.Join(names, " ") != "B:file a b:file b:dir bad\uFFFD:file z:symlink" {
		t.Errorf("%q", names)
	}
	if names := must[[]string](t)(list(folder, 9, 0)); strings.Join(names, " ") != "B:file a b:file b:dir b/a:file b/c:dir b/c/d:file bad\uFFFD:file z:symlink" {
		t.Errorf("%q", names)
	}
	if _, err := list(folder, 9, 3); code(t, err) != "too_many_entries" {
		t.Error(err)
	}
	if _, err := list(folder+"/B", 1, 0); code(t, err) != "not_a_directory" {
		t.Error(err)
	}
	if _, err := list(folder+"/none", 1, 0); code(t, err) != "file_not_found" {
		t.Error(err)
	}
}

func TestMakeRenameRemoveAndPermissions(t *testing.T) {
	folder := t.TempDir()
	made := must[*connect.Response[guestv1.MakeDirectoryResponse]](t)(agent.MakeDirectory(deadline(t), ask(&guestv1.MakeDirectoryRequest{Target: at(folder + "/a/b")})))
	if made.Msg.Info.Type != "dir" || made.Msg.Info.Permissions != "0755" {
		t.Errorf("%v", made.Msg)
	}
	must[*connect.Response[guestv1.MakeDirectoryResponse]](t)(agent.MakeDirectory(deadline(t), ask(&guestv1.MakeDirectoryRequest{Target: at(folder + "/a/b")})))
	os.WriteFile(folder+"/file", []byte("x"), 0o644)
	os.WriteFile(folder+"/other", []byte("y"), 0o644)
	if _, err := agent.MakeDirectory(deadline(t), ask(&guestv1.MakeDirectoryRequest{Target: at(folder + "/file")})); code(t, err) != "file_exists" {
		t.Error(err)
	}
	rename := func(from, to string) error {
		_, err := agent.Rename(deadline(t), ask(&guestv1.RenameRequest{From: at(from), ToPath: to}))
		return err
	}
	if err := rename(folder+"/file", folder+"/new/parents/file"); err != nil {
		t.Error(err)
	}
	if err := rename(folder+"/new/parents/file", folder+"/other"); err != nil {
		t.Error(err)
	}
	if content, _ := os.ReadFile(folder + "/other"); string(content) != "x" {
		t.Errorf("%q", content)
	}
	if err := rename(folder+"/none", folder+"/x"); code(t, err) != "file_not_found" {
		t.Error(err)
	}
	if err := rename(folder+"/other", folder+"/a"); code(t, err) == "internal" {
		t.Error(err)
	}
	set := must[*connect.Response[guestv1.SetPermissionsResponse]](t)(agent.SetPermissions(deadline(t), ask(&guestv1.SetPermissionsRequest{Target: at(folder + "/other"), Mode: 0o4751})))
	if set.Msg.Info.Permissions != "4751" || set.Msg.Info.Mode != "-rwsr-x--x" {
		t.Errorf("%v", set.Msg)
	}
	if _, err := agent.SetPermissions(deadline(t), ask(&guestv1.SetPermissionsRequest{Target: at(folder), Mode: 0o17777})); code(t, err) != "invalid_argument" {
		t.Error(err)
	}
	if _, err := agent.Remove(deadline(t), ask(&guestv1.RemoveRequest{Target: at(folder + "/a")})); err != nil {
		t.Error(err)
	}
	if _, err := agent.Remove(deadline(t), ask(&guestv1.RemoveRequest{Target: at(folder + "/a")})); code(t, err) != "file_not_found" {
		t.Error(err)
	}
}

func TestRightsOfTheAccountCount(t *testing.T) {
	account := must[*user.User](t)(user.Lookup("nobody"))
	uid, _ := strconv.Atoi(account.Uid)
	folder := must[string](t)(os.MkdirTemp("/tmp", "rights-"))
	t.Cleanup(func() { os.RemoveAll(folder) })
	os.Chmod(folder, 0o755)
	os.Mkdir(folder+"/own", 0o755)
	os.Chown(folder+"/own", uid, 0)
	os.WriteFile(folder+"/secret", []byte("s"), 0o600)
	os.WriteFile(folder+"/shared", []byte("s"), 0o666)
	os.Chmod(folder+"/shared", 0o666)
	for i := range 5 {
		info := must[*guestv1.FileInfo](t)(write(t, atAs(fmt.Sprintf("%s/own/deep/file%d", folder, i), "nobody"), 0, "x"))
		if info.Owner != "nobody" {
			t.Fatalf("%v", info)
		}
		if _, err := write(t, atAs(folder+"/secret", "nobody"), 0, "x"); code(t, err) != "permission_denied" {
			t.Fatal(err)
		}
		if _, err := write(t, atAs(folder+"/new", "nobody"), 0, "x"); code(t, err) != "permission_denied" {
			t.Fatal(err)
		}
		if _, _, err := read(t, &guestv1.ReadFileRequest{Target: atAs(folder+"/secret", "nobody")}); code(t, err) != "permission_denied" {
			t.Fatal(err)
		}
		if _, err := agent.Remove(deadline(t), ask(&guestv1.RemoveRequest{Target: atAs(folder+"/secret", "nobody")})); code(t, err) != "permission_denied" {
			t.Fatal(err)
		}
		// A file that all may write, in a folder that only root may: its owner stays.
		info = must[*guestv1.FileInfo](t)(write(t, atAs(folder+"/shared", "nobody"), 0, "mine"))
		if info.Owner != "root" || info.Permissions != "0666" || info.Size != 4 {
			t.Fatalf("%v", info)
		}
		if info = must[*guestv1.FileInfo](t)(write(t, at(folder+"/by-root"), 0, "x")); info.Owner != "root" {
			t.Fatalf("the agent kept the account's rights: %v", info)
		}
	}
}
