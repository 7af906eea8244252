package layer

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"nullspace.dev/imager/internal/report"
)

const (
	readAhead = 1 << 20
	// Memory that one zstd frame may ask for.
	largestWindow = 128 << 20
)

// Blob is a stored layer, read once and in order.
type Blob struct {
	io.Reader
	file   *os.File
	raw    *bufio.Reader
	hash   hash.Hash
	closer func()
}

// Open a layer, whatever it is compressed with.
func Open(path string) (*Blob, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	b := &Blob{file: file, hash: sha256.New(), closer: func() {}}
	b.raw = bufio.NewReaderSize(io.TeeReader(file, b.hash), readAhead)
	if err := b.decompress(); err != nil {
		file.Close()
		return nil, report.Fail(report.ImportFailed, "a layer of the image cannot be decompressed: %v", err)
	}
	return b, nil
}

func (b *Blob) decompress() error {
	start, _ := b.raw.Peek(4)
	switch {
	case bytes.HasPrefix(start, []byte{0x1f, 0x8b}):
		reader, err := gzip.NewReader(b.raw)
		b.Reader = reader
		return err
	case bytes.Equal(start, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		reader, err := zstd.NewReader(b.raw, zstd.WithDecoderMaxWindow(largestWindow), zstd.WithDecoderConcurrency(2))
		if err == nil {
			b.Reader, b.closer = reader, reader.Close
		}
		return err
	}
	b.Reader = b.raw
	return nil
}

// Verify reads to the end and compares with the digest that the image names.
func (b *Blob) Verify(digest string) error {
	if _, err := io.Copy(io.Discard, b.raw); err != nil {
		return err
	}
	if found := "sha256:" + hex.EncodeToString(b.hash.Sum(nil)); found != digest {
		return report.Fail(report.ImportFailed, "the stored layer %s is damaged; it was removed, import the image again", digest)
	}
	return nil
}

// Close frees what the decompression holds.
func (b *Blob) Close() {
	b.closer()
	b.file.Close()
}
