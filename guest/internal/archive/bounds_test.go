package archive

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"testing"

	"nullspace.dev/guest/internal/problem"
)

// endless is a tar whose member comes again and again.
type endless struct {
	member []byte
	at     int
	read   int64
}

func (e *endless) Read(into []byte) (int, error) {
	n := copy(into, e.member[e.at:])
	e.at = (e.at + n) % len(e.member)
	e.read += int64(n)
	return n, nil
}

func TestAnArchiveWithoutEndIsReadToItsBoundAndNoFurther(t *testing.T) {
	var member bytes.Buffer
	if err := tar.NewWriter(&member).WriteHeader(&tar.Header{Name: "again/", Typeflag: tar.TypeDir, Mode: 0o755}); err != nil {
		t.Fatal(err)
	}
	source := &endless{member: member.Bytes()}
	root, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	_, err = Unpack(context.Background(), root, source, Options{Reserved: func(string) bool { return false }})
	var refusal *problem.Problem
	if !errors.As(err, &refusal) || refusal.Code != problem.ArchiveTooLarge {
		t.Fatalf("%v", err)
	}
	if most := int64(DefaultMaxEntries+2) * int64(member.Len()); source.read > most {
		t.Fatalf("%d bytes were read of an archive that is refused at %d", source.read, most)
	}
}

var _ io.Reader = (*endless)(nil)
