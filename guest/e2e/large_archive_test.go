package e2e

import (
	"archive/tar"
	"bytes"
	"context"
	"testing"
	"time"

	"nullspace.dev/guest/gen/guestv1"
)

func TestAnArchiveOfTooManyEntriesLeavesNothing(t *testing.T) {
	box := startSandbox(t)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	const entries = 1_000_000
	var member bytes.Buffer
	must(t, tar.NewWriter(&member).WriteHeader(&tar.Header{Name: "again/", Typeflag: tar.TypeDir, Mode: 0o755}))
	piece := bytes.Repeat(member.Bytes(), 1000)
	stream := box.UnpackArchive(ctx)
	options := &guestv1.UnpackArchiveOptions{Target: &guestv1.Target{Path: "/workspace/tree"}, Conflict: guestv1.ArchiveConflict_ARCHIVE_CONFLICT_MERGE}
	must(t, stream.Send(&guestv1.UnpackArchiveRequest{Options: options}))
	largest := 0
	for sent := 0; sent <= entries+10_000; sent += 1000 {
		// It may be refused before all of it was sent.
		if stream.Send(&guestv1.UnpackArchiveRequest{Data: piece}) != nil {
			break
		}
		if sent%100_000 == 0 {
			largest = max(largest, agentMegabytes(t, box))
		}
	}
	_, err := stream.CloseAndReceive()
	if code := detailOf(t, err); code != "archive_too_large" {
		t.Fatalf("%v", err)
	}
	if left := box.shell(t, "ls -A /workspace"); left != "" || largest > 100 {
		t.Fatalf("%q is left, the agent had %d MB", left, largest)
	}
	t.Logf("the agent had at most %d MB", largest)
}
