package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

func TestWatches(t *testing.T) {
	box := startSandbox(t)
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	box.shell(t, "mkdir -p /workspace/w/old")
	stream, err := box.WatchDirectory(ctx, connect.NewRequest(&guestv1.WatchDirectoryRequest{Target: &guestv1.Target{Path: "w"}, Recursive: true}))
	must(t, err)
	defer stream.Close()
	if !stream.Receive() || stream.Msg().GetStarted().GetPath() != "/workspace/w" {
		t.Fatalf("not started: %v %v", stream.Msg(), stream.Err())
	}
	next := func() string {
		if !stream.Receive() {
			t.Fatalf("the watch is over: %v", stream.Err())
		}
		if ended := stream.Msg().GetEnded(); ended != nil {
			return "ended: " + ended.Reason
		}
		change := stream.Msg().GetChange()
		line := change.GetKind() + " " + change.GetName()
		if change.GetOldPath() != "" {
			line += " from " + change.GetOldPath()
		}
		return line
	}
	for _, step := range []struct {
		script string
		want   []string
	}{
		{"echo x > /workspace/w/a", []string{"create a", "write a"}},
		{"chmod 600 /workspace/w/a", []string{"chmod a"}},
		{"mv /workspace/w/a /workspace/w/b", []string{"rename b from /workspace/w/a"}},
		{"mv /workspace/w/old /workspace/w/new", []string{"rename new from /workspace/w/old"}},
		{": > /workspace/w/new/c", []string{"create new/c"}},
		{"mv /workspace/w/new/c /workspace/c", []string{"remove new/c"}},
		{"mkdir -p /workspace/tree/below; : > /workspace/tree/below/file; mv /workspace/tree /workspace/w/tree", []string{"create tree", "create tree/below", "create tree/below/file"}},
		{"rm /workspace/w/b", []string{"remove b"}},
		{"rm -r /workspace/w/tree /workspace/w/new; rmdir /workspace/w", []string{"remove tree/below/file", "remove tree/below", "remove tree", "remove new", "ended: the folder was removed"}},
	} {
		box.shell(t, "%s", step.script)
		for _, want := range step.want {
			if got := next(); got != want {
				t.Fatalf("%s: got %q, expected %q", step.script, got, want)
			}
		}
	}
}

// gVisor lets anybody watch what he may not read.
func TestAnAccountWatchesOnlyWhatItMayRead(t *testing.T) {
	box := startSandbox(t)
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	box.shell(t, "mkdir -m 700 /tmp/closed; mkdir -m 755 /tmp/open; mkdir -m 700 /tmp/open/closed")
	watch := func(path string) *connect.ServerStreamForClient[guestv1.WatchDirectoryResponse] {
		stream, err := box.WatchDirectory(ctx, connect.NewRequest(&guestv1.WatchDirectoryRequest{Target: &guestv1.Target{Path: path, User: "user"}, Recursive: true}))
		must(t, err)
		t.Cleanup(func() { stream.Close() })
		return stream
	}
	refused := watch("/tmp/closed")
	if refused.Receive() || detailOf(t, refused.Err()) != "permission_denied" {
		t.Fatalf("%v %v", refused.Msg(), refused.Err())
	}
	stream := watch("/tmp/open")
	if !stream.Receive() {
		t.Fatal(stream.Err())
	}
	box.shell(t, "touch /tmp/open/closed/unseen /tmp/open/seen")
	if !stream.Receive() || stream.Msg().GetChange().GetName() != "seen" {
		t.Fatalf("%v %v", stream.Msg(), stream.Err())
	}
}

func TestSearchesMeetTheKernel(t *testing.T) {
	box := startSandbox(t)
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	box.shell(t, "mkfifo /tmp/pipe; echo needle > /tmp/file; ln -s / /tmp/root")
	found, err := box.FindText(ctx, connect.NewRequest(&guestv1.FindTextRequest{Target: &guestv1.Target{Path: "/"}, Pattern: "needle"}))
	must(t, err)
	if len(found.Msg.Matches) != 1 || found.Msg.Matches[0].Path != "/tmp/file" {
		t.Fatalf("%v", found.Msg)
	}
	names, err := box.SearchFiles(ctx, connect.NewRequest(&guestv1.SearchFilesRequest{Target: &guestv1.Target{Path: "/"}, Pattern: "pip[e]"}))
	must(t, err)
	if len(names.Msg.Paths) != 1 {
		t.Fatalf("%v", names.Msg)
	}
	for path, want := range map[string]string{"/proc/kcore": "file_not_found", "/tmp/pipe": "invalid_path", "/dev/zero": "invalid_path", "/proc/gvisor/checkpoint": "invalid_path"} {
		stream, err := box.ReadFile(ctx, connect.NewRequest(&guestv1.ReadFileRequest{Target: &guestv1.Target{Path: path}}))
		must(t, err)
		for stream.Receive() {
		}
		if got := ""; stream.Err() != nil {
			got = detailOf(t, stream.Err())
			if got != want {
				t.Errorf("%s: %q %v", path, got, stream.Err())
			}
		}
		stream.Close()
	}
}

func TestABatchOfSmallFiles(t *testing.T) {
	box := startSandbox(t)
	content := []byte(strings.Repeat("x", 1024))
	for round := range 3 {
		begun := time.Now()
		stream := box.WriteFiles(context.Background())
		for i := range 1000 {
			path := fmt.Sprintf("/workspace/batch%d/%d/file%d", round, i/100, i)
			must(t, stream.Send(&guestv1.WriteFilesRequest{Message: &guestv1.WriteFilesRequest_File{File: &guestv1.WriteFilesFile{Target: &guestv1.Target{Path: path}}}}))
			must(t, stream.Send(&guestv1.WriteFilesRequest{Message: &guestv1.WriteFilesRequest_Data{Data: content}}))
		}
		response, err := stream.CloseAndReceive()
		must(t, err)
		t.Logf("1,000 files in %v", time.Since(begun))
		for _, result := range response.Msg.Results {
			if result.GetInfo().GetSize() != 1024 {
				t.Fatal(result)
			}
		}
	}
	if got := box.shell(t, "find /workspace -type f -size 1024c | wc -l"); got != "3000" {
		t.Fatalf("%s files", got)
	}
}
