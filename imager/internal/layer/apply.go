// Package layer lays the layers of an OCI image over one another: tar archives whose whiteouts remove what lies below.
package layer

import (
	"archive/tar"
	"errors"
	"io"
	"strings"

	"golang.org/x/sys/unix"

	"nullspace.dev/imager/internal/image"
	"nullspace.dev/imager/internal/report"
	"nullspace.dev/imager/internal/tree"
)

const (
	whiteout = ".wh."
	// Names of this kind are the storage driver's own, but for the mark of a folder that hides all below it.
	reserved = ".wh..wh."
	opaque   = ".wh..wh..opq"
)

// Apply lays an archive over the tree; its files go into the image as they come.
func Apply(archive io.Reader, into *tree.Tree, w *image.Writer) error {
	into.Begin()
	reader := tar.NewReader(archive)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return report.Fail(report.ImportFailed, "a layer of the image is no sound tar archive: %v", err)
		}
		if err := apply(header, reader, into, w); err != nil {
			return err
		}
	}
}

func apply(header *tar.Header, content io.Reader, into *tree.Tree, w *image.Writer) error {
	if header.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	parts, err := tree.SplitPath(header.Name)
	if err != nil {
		return err
	}
	if len(parts) == 0 {
		if header.Typeflag == tar.TypeDir {
			Describe(into.Root, header, tree.TypeDir)
		}
		return nil
	}
	parent, err := into.MakeDirs(parts[:len(parts)-1])
	if err != nil {
		return err
	}
	name := parts[len(parts)-1]
	switch {
	case name == opaque:
		into.Empty(parent)
		return nil
	case strings.HasPrefix(name, reserved):
		return nil
	case strings.HasPrefix(name, whiteout):
		into.Remove(parent, strings.TrimPrefix(name, whiteout))
		return nil
	}
	if header.Typeflag == tar.TypeLink {
		return link(header, parent, name, into)
	}
	node, err := MakeNode(header)
	if err != nil {
		return err
	}
	if node == nil {
		NoteLost(header, into)
		return nil
	}
	if node.Type() == tree.TypeRegular {
		if err := w.Place(node, func(sink tree.Sink) error { return CopySparse(sink, content) }); err != nil {
			return err
		}
	}
	NoteLost(header, into)
	return into.Put(parent, name, node)
}

const attributePrefix = "SCHILY.xattr."

// NoteLost counts what of an entry is in no image. Marks of overlays are the storage driver's own.
func NoteLost(header *tar.Header, into *tree.Tree) {
	for record := range header.PAXRecords {
		name, found := strings.CutPrefix(record, attributePrefix)
		if found && !strings.Contains(name, "overlay.") {
			into.Lost.Attribute(header.Name, name)
		}
	}
	if header.Typeflag == tar.TypeChar {
		into.Lost.Device(header.Name)
	}
}

func link(header *tar.Header, parent *tree.Node, name string, into *tree.Tree) error {
	parts, err := tree.SplitPath(header.Linkname)
	if err != nil {
		return err
	}
	target := into.Find(parts)
	if target == nil || target.IsDir() {
		return report.Fail(report.ImportFailed, "the hard link %.300q names %.300q, which is no file of the image", header.Name, header.Linkname)
	}
	return into.Put(parent, name, target)
}

// MakeNode makes a node of an entry without content; nil for what no image holds.
func MakeNode(header *tar.Header) (*tree.Node, error) {
	node := &tree.Node{}
	switch header.Typeflag {
	case tar.TypeDir:
		Describe(node, header, tree.TypeDir)
	case tar.TypeReg, tar.TypeGNUSparse:
		Describe(node, header, tree.TypeRegular)
		if header.Size < 0 {
			return nil, report.Fail(report.ImportFailed, "%.300q has a negative size", header.Name)
		}
		node.Size = uint64(header.Size)
	case tar.TypeSymlink:
		Describe(node, header, tree.TypeLink)
		node.Mode |= 0o777
		node.Target = header.Linkname
	case tar.TypeFifo:
		Describe(node, header, tree.TypeFifo)
	case tar.TypeChar, tar.TypeBlock:
		kind := uint16(tree.TypeChar)
		if header.Typeflag == tar.TypeBlock {
			kind = tree.TypeBlock
		}
		Describe(node, header, kind)
		node.Rdev = encodeDevice(header)
		// A device of this number would hide the name in the guest.
		if kind == tree.TypeChar && node.Rdev == 0 {
			return nil, nil
		}
	default:
		return nil, report.Fail(report.Unsupported, "%.300q is of the kind %q, which images do not hold", header.Name, header.Typeflag)
	}
	return node, nil
}

// Describe sets what every kind of file has.
func Describe(node *tree.Node, header *tar.Header, kind uint16) {
	node.Mode = kind | uint16(header.Mode)&tree.PermMask
	node.UID, node.GID = uint32(header.Uid), uint32(header.Gid)
	node.Mtime = max(0, header.ModTime.Unix())
	node.MtimeNanos = uint32(header.ModTime.Nanosecond())
}

func encodeDevice(header *tar.Header) uint32 {
	device := unix.Mkdev(uint32(header.Devmajor), uint32(header.Devminor))
	return uint32(device)
}
