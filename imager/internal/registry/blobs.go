package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/google/go-containerregistry/pkg/v1/remote"
	"golang.org/x/sync/errgroup"

	"nullspace.dev/imager/internal/report"
)

const (
	atOnce     = 3
	copyBuffer = 256 << 10
	// PartialPrefix begins the names of blobs that are being fetched.
	PartialPrefix = "partial-"
)

// BlobName is the name of a blob's file.
func BlobName(digest string) string { return strings.Replace(digest, ":", "-", 1) }

// FetchLayers stores those layers in the current folder that are not there yet.
func (s *Source) FetchLayers(ctx context.Context, image *Image, progress func(done, total uint64)) (fetched int, err error) {
	var total uint64
	var done atomic.Uint64
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	seen := map[string]bool{}
	for _, layer := range image.Layers {
		total += uint64(layer.Bytes)
	}
	for _, layer := range image.Layers {
		if seen[layer.Digest] {
			done.Add(uint64(layer.Bytes))
			continue
		}
		seen[layer.Digest] = true
		if info, err := os.Lstat(BlobName(layer.Digest)); err == nil && info.Mode().IsRegular() && info.Size() == layer.Bytes {
			done.Add(uint64(layer.Bytes))
			continue
		}
		group.Go(func() error {
			mu.Lock()
			fetched++
			mu.Unlock()
			return s.fetch(ctx, layer, func(n int) { progress(done.Add(uint64(n)), total) })
		})
	}
	return fetched, explain(group.Wait(), s.ref)
}

// fetch stores one layer under its digest, whole or not at all.
func (s *Source) fetch(ctx context.Context, layer Layer, count func(int)) (err error) {
	blob, err := remote.Layer(s.ref.Context().Digest(layer.Digest), s.with(withBound(ctx, layer.Bytes))...)
	if err != nil {
		return err
	}
	// Compares with the digest while it is read.
	content, err := blob.Compressed()
	if err != nil {
		return err
	}
	defer content.Close()
	file, err := os.CreateTemp(".", PartialPrefix)
	if err != nil {
		return err
	}
	defer func() {
		file.Close()
		if err != nil {
			if gone := os.Remove(file.Name()); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
				err = errors.Join(err, gone)
			}
		}
	}()
	buffer := make([]byte, copyBuffer)
	var size int64
	for {
		n, failed := content.Read(buffer)
		if _, err := file.Write(buffer[:n]); err != nil {
			return err
		}
		size += int64(n)
		count(n)
		if errors.Is(failed, io.EOF) {
			break
		}
		if failed != nil {
			return fmt.Errorf("reading layer %s: %w", layer.Digest, failed)
		}
	}
	if size != layer.Bytes {
		return report.Fail(report.ImportFailed, "layer %s has %d bytes, and the image says %d", layer.Digest, size, layer.Bytes)
	}
	return os.Rename(file.Name(), BlobName(layer.Digest))
}
