package image

import (
	"encoding/binary"
	"fmt"
	"os"

	"gvisor.dev/gvisor/pkg/erofs"

	"nullspace.dev/imager/internal/tree"
)

// bytesContent is a part of a mapped image.
type bytesContent []erofs.FileRange

func (c bytesContent) WriteTo(w tree.Sink) error {
	for _, part := range c {
		if _, err := w.Write(part.Bytes); err != nil {
			return err
		}
	}
	return nil
}

// Read lays the files of an image into a tree. The file stays mapped as long as the process runs.
func Read(file *os.File, into *tree.Tree) error {
	source, err := erofs.OpenImage(file)
	if err != nil {
		return fmt.Errorf("the base image cannot be read: %w", err)
	}
	into.Begin()
	r := &reader{source: source, tree: into, known: map[uint64]*tree.Node{}}
	root, err := r.node(source.RootNid())
	if err != nil {
		return err
	}
	into.Root = root
	return r.fill(source.RootNid(), root)
}

type reader struct {
	source *erofs.Image
	tree   *tree.Tree
	// By number, so that two names of a file stay one.
	known map[uint64]*tree.Node
}

func (r *reader) fill(number uint64, dir *tree.Node) error {
	inode, err := r.source.Inode(number)
	if err != nil {
		return err
	}
	return inode.IterDirents(func(name string, _ uint8, child uint64) error {
		if name == "." || name == ".." {
			return nil
		}
		if known := r.known[child]; known != nil {
			if known.IsDir() {
				return fmt.Errorf("the base image has two names for one folder")
			}
			return r.tree.Put(dir, name, known)
		}
		node, err := r.node(child)
		if err != nil {
			return fmt.Errorf("reading %q of the base image: %w", name, err)
		}
		r.known[child] = node
		if err := r.tree.Put(dir, name, node); err != nil || !node.IsDir() {
			return err
		}
		return r.fill(child, node)
	})
}

func (r *reader) node(number uint64) (*tree.Node, error) {
	inode, err := r.source.Inode(number)
	if err != nil {
		return nil, err
	}
	node := tree.NewDir(0)
	node.Mode = inode.Mode()
	node.UID, node.GID = inode.UID(), inode.GID()
	node.Mtime, node.MtimeNanos = int64(inode.Mtime()), inode.MtimeNsec()
	switch {
	case inode.IsSymlink():
		node.Target, err = inode.Readlink()
	case inode.IsCharDev(), inode.IsBlockDev():
		node.Rdev, err = r.device(number)
	case inode.IsRegular():
		node.Size = inode.Size()
		var ranges [2]erofs.FileRange
		ranges, err = inode.DataRanges()
		node.Content = bytesContent(ranges[:])
	}
	return node, err
}

// device reads the number of a device, which gVisor's reader leaves out: it lies where files have their first block.
func (r *reader) device(number uint64) (uint32, error) {
	const at = 16
	superblock := r.source.SuperBlock()
	raw, err := r.source.BytesAt(superblock.NidToOffset(number)+at, 4)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(raw), nil
}
