package server

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

// watching is an open watch, whose events are read in order.
type watching struct {
	stream *connect.ServerStreamForClient[guestv1.WatchDirectoryResponse]
	folder string
}

func watchFolder(t testing.TB, folder string, recursive bool, account string) *watching {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	t.Cleanup(cancel)
	stream := must[*connect.ServerStreamForClient[guestv1.WatchDirectoryResponse]](t)(agent.WatchDirectory(ctx, ask(&guestv1.WatchDirectoryRequest{Target: atAs(folder, account), Recursive: recursive})))
	if !stream.Receive() || stream.Msg().GetStarted().GetPath() != folder {
		t.Fatalf("not started: %v %v", stream.Msg(), stream.Err())
	}
	t.Cleanup(func() { cancel(); stream.Close() })
	return &watching{stream: stream, folder: folder}
}

func (w *watching) next(t testing.TB) string {
	t.Helper()
	if !w.stream.Receive() {
		t.Fatalf("the watch is over: %v", w.stream.Err())
	}
	switch event := w.stream.Msg().Event.(type) {
	case *guestv1.WatchDirectoryResponse_Change:
		line := event.Change.Kind + " " + event.Change.Name
		if event.Change.Path != w.folder+"/"+event.Change.Name {
			t.Fatalf("path %q of %q", event.Change.Path, event.Change.Name)
		}
		if event.Change.OldPath != "" {
			line += " from " + strings.TrimPrefix(event.Change.OldPath, w.folder+"/")
		}
		if event.Change.IsDir {
			line += "/"
		}
		return line
	case *guestv1.WatchDirectoryResponse_Overflow:
		return "overflow"
	case *guestv1.WatchDirectoryResponse_Ended:
		return "ended: " + event.Ended.Reason
	}
	return "?"
}

func (w *watching) expect(t testing.TB, want ...string) {
	t.Helper()
	for _, line := range want {
		if got := w.next(t); got != line {
			t.Fatalf("got %q, expected %q", got, line)
		}
	}
}

func TestAWatchTellsWhatChanges(t *testing.T) {
	folder, elsewhere := t.TempDir(), t.TempDir()
	os.Mkdir(folder+"/old", 0o755)
	watched := watchFolder(t, folder, false, "")
	os.WriteFile(folder+"/file", []byte("x"), 0o644)
	watched.expect(t, "create file", "write file")
	os.Chmod(folder+"/file", 0o600)
	watched.expect(t, "chmod file")
	os.Rename(folder+"/file", folder+"/other")
	watched.expect(t, "rename other from file")
	os.Rename(folder+"/other", elsewhere+"/gone")
	watched.expect(t, "remove other")
	os.Rename(elsewhere+"/gone", folder+"/back")
	watched.expect(t, "create back")
	os.WriteFile(folder+"/old/unseen", nil, 0o644)
	os.Remove(folder + "/back")
	watched.expect(t, "remove back")
	os.WriteFile(folder+"/bad\xff\nname", nil, 0o644)
	watched.expect(t, "create bad\uFFFD\nname")
	os.RemoveAll(folder)
	var last string
	for !strings.HasPrefix(last, "ended") {
		last = watched.next(t)
	}
	if last != "ended: the folder was removed" || watched.stream.Receive() || watched.stream.Err() != nil {
		t.Fatalf("%q %v", last, watched.stream.Err())
	}
}

func TestWhatGoesAndComesBackIsToldInThisOrder(t *testing.T) {
	folder, elsewhere := t.TempDir(), t.TempDir()
	os.WriteFile(folder+"/file", nil, 0o644)
	os.WriteFile(folder+"/other", nil, 0o644)
	watched := watchFolder(t, folder, false, "")
	for range 5 {
		os.Rename(folder+"/file", elsewhere+"/file")
		os.Rename(folder+"/other", folder+"/renamed")
		os.Rename(elsewhere+"/file", folder+"/file")
		os.Rename(folder+"/renamed", folder+"/other")
	}
	for range 5 {
		watched.expect(t, "remove file", "rename renamed from other", "create file", "rename other from renamed")
	}
}

func TestWhatIsStagedIsNotTold(t *testing.T) {
	folder := t.TempDir()
	watched := watchFolder(t, folder, true, "")
	for range 2 {
		must[*guestv1.FileInfo](t)(write(t, at(folder+"/file"), 0, "x", "y"))
		watched.expect(t, "create file", "write file")
	}
	for _, conflict := range []guestv1.ArchiveConflict{refuseIt, mergeInto} {
		must[*guestv1.UnpackArchiveResponse](t)(unpack(t, &guestv1.UnpackArchiveOptions{Target: at(folder + "/tree"), Conflict: conflict}, tarOf(t, member{name: "member" + conflict.String()})))
		if conflict == refuseIt {
			watched.expect(t, "create tree/")
		}
		watched.expect(t, "create tree/member"+conflict.String())
	}
}

func TestAFolderThatIsMovedEndsItsWatch(t *testing.T) {
	folder := t.TempDir() + "/watched"
	os.Mkdir(folder, 0o755)
	watched := watchFolder(t, folder, true, "")
	os.Rename(folder, folder+"-moved")
	watched.expect(t, "ended: the folder was moved")
}

func TestARecursiveWatchFollowsFolders(t *testing.T) {
	folder, elsewhere := t.TempDir(), t.TempDir()
	os.MkdirAll(folder+"/a/b", 0o755)
	watched := watchFolder(t, folder, true, "")
	os.WriteFile(folder+"/a/b/one", nil, 0o644)
	watched.expect(t, "create a/b/one")
	os.Rename(folder+"/a", folder+"/z")
	watched.expect(t, "rename z from a/")
	os.WriteFile(folder+"/z/b/two", nil, 0o644)
	watched.expect(t, "create z/b/two")
	os.Rename(folder+"/z", elsewhere+"/z")
	watched.expect(t, "remove z/")
	os.WriteFile(elsewhere+"/z/b/unseen", nil, 0o644)
	os.Rename(elsewhere+"/z", folder+"/y")
	var told []string
	for range 5 {
		told = append(told, watched.next(t))
	}
	slices.Sort(told)
	if got := strings.Join(told, ", "); got != "create y/, create y/b/, create y/b/one, create y/b/two, create y/b/unseen" {
		t.Fatalf("%s", got)
	}
	os.WriteFile(folder+"/y/b/seen", nil, 0o644)
	watched.expect(t, "create y/b/seen")
}

func TestNoFileOfANewFolderIsMissedOrToldTwice(t *testing.T) {
	folder := t.TempDir()
	watched := watchFolder(t, folder, true, "")
	const folders, files = 40, 10
	go func() {
		for i := range folders {
			os.MkdirAll(fmt.Sprintf("%s/%d/below", folder, i), 0o755)
			for j := range files {
				syscall.Mknod(fmt.Sprintf("%s/%d/below/%d", folder, i, j), syscall.S_IFREG|0o644, 0)
			}
		}
		os.WriteFile(folder+"/last", nil, 0o644)
	}()
	seen := map[string]int{}
	for line := ""; line != "create last"; {
		line = watched.next(t)
		seen[line]++
	}
	for i := range folders {
		for j := range files {
			if times := seen[fmt.Sprintf("create %d/below/%d", i, j)]; times != 1 {
				t.Fatalf("%d/below/%d was told %d times", i, j, times)
			}
		}
	}
}

// inMemory is a folder where very many files cost little.
func inMemory(t testing.TB) string {
	t.Helper()
	folder := must[string](t)(os.MkdirTemp("/dev/shm", "guest-"))
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

func TestASlowReaderIsToldOfLostChanges(t *testing.T) {
	folder := inMemory(t)
	watched := watchFolder(t, folder, false, "")
	name := strings.Repeat("long", 50)
	// More than the sockets between hold: they take some ten megabytes.
	for i := range 150_000 {
		syscall.Mknod(fmt.Sprintf("%s/%s%d", folder, name, i), syscall.S_IFREG|0o644, 0)
	}
	lines, overflow := 0, false
	for !overflow {
		lines++
		overflow = watched.next(t) == "overflow"
	}
	os.WriteFile(folder+"/after", nil, 0o644)
	for line := ""; line != "create after"; lines++ {
		line = watched.next(t)
	}
	if lines > 149_000 {
		t.Fatalf("%d lines and an overflow", lines)
	}
}

func TestRefusedWatches(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(folder+"/file", nil, 0o644)
	secret := must[string](t)(os.MkdirTemp("/tmp", "secret-"))
	t.Cleanup(func() { os.RemoveAll(secret) })
	for _, refused := range []struct {
		target *guestv1.Target
		code   string
	}{{at(folder + "/none"), "file_not_found"}, {at(folder + "/file"), "not_a_directory"}, {atAs(secret, "nobody"), "permission_denied"}, {atAs(folder, "no-one-here"), "unknown_user"}} {
		stream := must[*connect.ServerStreamForClient[guestv1.WatchDirectoryResponse]](t)(agent.WatchDirectory(deadline(t), ask(&guestv1.WatchDirectoryRequest{Target: refused.target})))
		if stream.Receive() || code(t, stream.Err()) != refused.code {
			t.Errorf("%v: %v", refused, stream.Err())
		}
		stream.Close()
	}
	wide := inMemory(t)
	for i := range 10_001 {
		os.Mkdir(wide+"/"+strconv.Itoa(i), 0o755)
	}
	stream := must[*connect.ServerStreamForClient[guestv1.WatchDirectoryResponse]](t)(agent.WatchDirectory(deadline(t), ask(&guestv1.WatchDirectoryRequest{Target: at(wide), Recursive: true})))
	defer stream.Close()
	if stream.Receive() || code(t, stream.Err()) != "watch_limit" {
		t.Fatal(stream.Err())
	}
}

func TestAnAccountWatchesWhatItMayRead(t *testing.T) {
	account := must[*user.User](t)(user.Lookup("nobody"))
	uid, _ := strconv.Atoi(account.Uid)
	folder := must[string](t)(os.MkdirTemp("/tmp", "watched-"))
	t.Cleanup(func() { os.RemoveAll(folder) })
	os.Chmod(folder, 0o755)
	watched := watchFolder(t, folder, true, "nobody")
	os.Mkdir(folder+"/closed", 0o700)
	watched.expect(t, "create closed/")
	os.WriteFile(folder+"/closed/unseen", nil, 0o644)
	os.Mkdir(folder+"/open", 0o700)
	os.Chown(folder+"/open", uid, 0)
	// Only the account's own shows; before it was given away the folder could not be read.
	line := watched.next(t)
	for line == "create open/" || line == "chmod open/" {
		os.WriteFile(folder+"/mark", nil, 0o644)
		line = watched.next(t)
	}
	if line != "create mark" {
		t.Fatalf("%q", line)
	}
}
