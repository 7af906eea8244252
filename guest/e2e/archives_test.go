package e2e

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

func (b *sandbox) unpack(ctx context.Context, options *guestv1.UnpackArchiveOptions, headers ...tar.Header) (*guestv1.UnpackArchiveResponse, error) {
	var data bytes.Buffer
	writer := tar.NewWriter(&data)
	for _, header := range headers {
		header.Format, header.Mode = tar.FormatPAX, 0o750
		writer.WriteHeader(&header)
		writer.Write(make([]byte, header.Size))
	}
	writer.Close()
	stream := b.UnpackArchive(ctx)
	stream.Send(&guestv1.UnpackArchiveRequest{Options: options})
	for piece := data.Next(256 << 10); len(piece) > 0; piece = data.Next(256 << 10) {
		if stream.Send(&guestv1.UnpackArchiveRequest{Data: piece}) == io.EOF {
			break
		}
	}
	response, err := stream.CloseAndReceive()
	if err != nil {
		return nil, err
	}
	return response.Msg, nil
}

func TestArchives(t *testing.T) {
	box := startSandbox(t)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Second)
	defer cancel()
	into := func(path string, conflict guestv1.ArchiveConflict) *guestv1.UnpackArchiveOptions {
		return &guestv1.UnpackArchiveOptions{Target: &guestv1.Target{Path: path, User: "user"}, Conflict: conflict}
	}
	const merge, replace, refuse = guestv1.ArchiveConflict_ARCHIVE_CONFLICT_MERGE, guestv1.ArchiveConflict_ARCHIVE_CONFLICT_REPLACE, guestv1.ArchiveConflict_ARCHIVE_CONFLICT_ERROR
	t.Run("there and back again", func(t *testing.T) {
		_, err := box.unpack(ctx, into("tree", refuse), tar.Header{Name: "a/b/file", Typeflag: tar.TypeReg, Size: 1000}, tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "a/b"}, tar.Header{Name: "new\nline\xff", Typeflag: tar.TypeReg})
		must(t, err)
		_, err = box.unpack(ctx, into("tree", merge), tar.Header{Name: "a/b/more", Typeflag: tar.TypeReg, Size: 10})
		must(t, err)
		if got := box.shell(t, "cd /home/user/tree; stat -c '%%n %%U %%a %%s' a a/b a/b/file a/b/more; readlink l; ls /home/user"); got != "a user 755 120\na/b user 755 120\na/b/file user 750 1000\na/b/more user 750 10\na/b\ntree" && !strings.HasSuffix(got, "a/b/file user 750 1000\na/b/more user 750 10\na/b\ntree") {
			t.Fatalf("%q", got)
		}
		stream, err := box.PackDirectory(ctx, connect.NewRequest(&guestv1.PackDirectoryRequest{Target: &guestv1.Target{Path: "tree", User: "user"}}))
		must(t, err)
		var packed bytes.Buffer
		for stream.Receive() {
			packed.Write(stream.Msg().Data)
		}
		must(t, stream.Err())
		members := 0
		for reader := tar.NewReader(&packed); ; members++ {
			if _, err := reader.Next(); err != nil {
				break
			}
		}
		if members != 6 {
			t.Fatalf("%d members", members)
		}
		_, err = box.unpack(ctx, into("tree", replace), tar.Header{Name: "only", Typeflag: tar.TypeReg})
		must(t, err)
		if got := box.shell(t, "ls -A /home/user/tree /home/user"); got != "/home/user:\ntree\n\n/home/user/tree:\nonly" {
			t.Fatalf("%q", got)
		}
	})
	t.Run("hostile ones leave nothing", func(t *testing.T) {
		for name, headers := range map[string][]tar.Header{
			"archive_invalid_path":      {{Name: "d/", Typeflag: tar.TypeDir}, {Name: "l", Typeflag: tar.TypeSymlink, Linkname: "d"}, {Name: "l/f", Typeflag: tar.TypeReg}},
			"archive_invalid_link":      {{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "../x"}},
			"archive_unsupported_entry": {{Name: "f", Typeflag: tar.TypeReg}, {Name: "h", Typeflag: tar.TypeLink, Linkname: "f"}},
		} {
			result, err := box.unpack(ctx, into("hostile", merge), headers...)
			if err == nil {
				t.Errorf("%s: %v", name, result)
			} else if code := detailOf(t, err); code != name {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := box.unpack(ctx, into("/etc/hostile", merge), tar.Header{Name: "f", Typeflag: tar.TypeReg})
		if code := detailOf(t, err); code != "permission_denied" {
			t.Error(err)
		}
		if got := box.shell(t, "ls -A /home/user"); got != "tree" {
			t.Fatalf("%q", got)
		}
	})
	t.Run("very many entries", func(t *testing.T) {
		headers := make([]tar.Header, 0, 20_000)
		for i := range 20_000 {
			headers = append(headers, tar.Header{Name: fmt.Sprintf("%d/%d", i/1000, i), Typeflag: tar.TypeReg})
		}
		options := into("many", refuse)
		options.MaxEntries = 10_000
		_, err := box.unpack(ctx, options, headers...)
		if code := detailOf(t, err); code != "archive_too_large" {
			t.Error(err)
		}
		begun := time.Now()
		result, err := box.unpack(ctx, into("many", refuse), headers...)
		must(t, err)
		t.Logf("20,000 files in %v; the agent has %d MB", time.Since(begun), agentMegabytes(t, box))
		if got := box.shell(t, "find /home/user/many -type f | wc -l; ls -A /home/user"); result.Files != 20_000 || got != "20000\nmany\ntree" {
			t.Fatalf("%q %v", got, result)
		}
	})
	t.Run("paths of 4,096 bytes", func(t *testing.T) {
		part := strings.Repeat("p", 200)
		_, err := box.unpack(ctx, into("long", refuse), tar.Header{Name: strings.Repeat(part+"/", 20) + "f", Typeflag: tar.TypeReg})
		must(t, err)
		_, err = box.unpack(ctx, into("longer", refuse), tar.Header{Name: strings.Repeat(part+"/", 21) + "f", Typeflag: tar.TypeReg})
		if code := detailOf(t, err); code != "archive_invalid_path" {
			t.Error(err)
		}
	})
}
