// Package image writes and reads EROFS root images as gVisor reads them: no compression, no extended attributes, the
// content of each regular file in blocks of its own. The format is that of fs/erofs/erofs_fs.h of Linux.
package image

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"nullspace.dev/imager/internal/report"
	"nullspace.dev/imager/internal/tree"
)

const (
	blockBits = 12
	blockSize = 1 << blockBits
	// The first block holds the superblock.
	firstBlock = 1
	bufferSize = 1 << 20
)

// Writer appends content to an image; Finish adds the metadata.
type Writer struct {
	file     *os.File
	out      *bufio.Writer
	at       uint64
	maxBytes uint64
	used     []extent
}

type extent struct{ block, blocks uint32 }

// NewWriter starts an image in an empty file.
func NewWriter(file *os.File, maxBytes uint64) (*Writer, error) {
	w := &Writer{file: file, maxBytes: maxBytes}
	w.out = bufio.NewWriterSize(file, bufferSize)
	return w, w.Skip(firstBlock * blockSize)
}

// Write implements io.Writer.
func (w *Writer) Write(p []byte) (int, error) {
	if err := w.checkRoom(uint64(len(p))); err != nil {
		return 0, err
	}
	n, err := w.out.Write(p)
	w.at += uint64(n)
	return n, err
}

// Skip implements tree.Sink: the file has a hole there.
func (w *Writer) Skip(n uint64) error {
	if n == 0 {
		return nil
	}
	if err := w.checkRoom(n); err != nil {
		return err
	}
	if n < blockSize {
		_, err := w.out.Write(zeros[:n])
		w.at += n
		return err
	}
	if err := w.out.Flush(); err != nil {
		return err
	}
	w.at += n
	_, err := w.file.Seek(int64(w.at), io.SeekStart)
	return err
}

var zeros [blockSize]byte

func (w *Writer) checkRoom(n uint64) error {
	if n > w.maxBytes || w.at > w.maxBytes-n {
		return report.Fail(report.TooLarge, "the image is larger than %d MB, the most that this host takes (max_image_mb)", w.maxBytes>>20)
	}
	return nil
}

// Place writes the content of a file now, from the start of a block on.
func (w *Writer) Place(node *tree.Node, write func(tree.Sink) error) error {
	start := w.at
	if err := write(w); err != nil {
		return err
	}
	if got := w.at - start; got != node.Size {
		return report.Fail(report.ImportFailed, "a file ends after %d of %d bytes", got, node.Size)
	}
	node.Placed, node.Block, node.Content = true, uint32(start>>blockBits), nil
	if node.Size == 0 {
		return nil
	}
	w.used = append(w.used, extent{node.Block, blocksOf(node.Size)})
	return w.align()
}

func (w *Writer) align() error {
	if rest := w.at % blockSize; rest != 0 {
		return w.Skip(blockSize - rest)
	}
	return nil
}

func blocksOf(size uint64) uint32 { return uint32((size + blockSize - 1) >> blockBits) }

// ReadPlaced reads back what lies in the image already.
func (w *Writer) ReadPlaced(node *tree.Node) ([]byte, error) {
	if err := w.out.Flush(); err != nil {
		return nil, err
	}
	content := make([]byte, node.Size)
	_, err := w.file.ReadAt(content, int64(node.Block)<<blockBits)
	return content, err
}

// Finish writes the metadata of all files, and the content that is not there yet.
func (w *Writer) Finish(root *tree.Node) error {
	live := map[uint32]bool{}
	nodes := list(root)
	for _, node := range nodes {
		if node.Type() != tree.TypeRegular {
			continue
		}
		if !node.Placed {
			if err := w.Place(node, node.Content.WriteTo); err != nil {
				return err
			}
		}
		if node.Size > 0 {
			live[node.Block] = true
		}
	}
	if err := w.writeMetadata(nodes); err != nil {
		return err
	}
	if err := w.out.Flush(); err != nil {
		return err
	}
	if err := w.file.Truncate(int64(w.at)); err != nil {
		return err
	}
	return w.punchDead(live)
}

// punchDead frees what a later layer has replaced or removed, so that nothing of it stays in the image.
func (w *Writer) punchDead(live map[uint32]bool) error {
	for _, dead := range w.used {
		if live[dead.block] {
			continue
		}
		offset, length := int64(dead.block)<<blockBits, int64(dead.blocks)<<blockBits
		if err := unix.Fallocate(int(w.file.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, offset, length); err == nil {
			continue
		}
		// A file system without holes: zeros in their place.
		for at := offset; at < offset+length; at += blockSize {
			if _, err := w.file.WriteAt(zeros[:], at); err != nil {
				return fmt.Errorf("clearing a replaced file: %w", err)
			}
		}
	}
	return nil
}

// list has every node once, the root first.
func list(root *tree.Node) []*tree.Node {
	nodes := []*tree.Node{root}
	seen := map[*tree.Node]bool{root: true}
	root.Walk(func(_ string, _, child *tree.Node) {
		if !seen[child] {
			seen[child] = true
			nodes = append(nodes, child)
		}
	})
	return nodes
}
