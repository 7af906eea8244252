// Package upper lays the files that a sandbox has written, as gVisor saves them, over those of its image.
package upper

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"nullspace.dev/imager/internal/layer"
	"nullspace.dev/imager/internal/tree"
)

// A folder that carries this hides what the image has in it; the second name is that of mounts without privileges.
var opaqueMarks = []string{"SCHILY.xattr.trusted.overlay.opaque", "SCHILY.xattr.user.overlay.opaque"}

// Written by the platform at every start, or lying under mounts of its own: they stay as the image has them.
var kept = map[string]bool{
	"etc/hostname": true, "etc/hosts": true, "etc/resolv.conf": true, "etc/machine-id": true,
	"var/lib/dbus/machine-id": true,
	".nullspace":              true, "proc": true, "sys": true, "dev": true,
}

// Apply lays a saved upper layer over the tree.
func Apply(snapshot *Snapshot, into *tree.Tree) error {
	into.Begin()
	// Paths at which a name of the image is hidden. gVisor gives such marks one inode, so that most are links.
	hidden := map[string]bool{}
	reader := tar.NewReader(bytes.NewReader(snapshot.tar))
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the saved files are damaged: %w", err)
		}
		if err := apply(header, reader, snapshot, into, hidden); err != nil {
			return err
		}
	}
}

func apply(header *tar.Header, content io.Reader, snapshot *Snapshot, into *tree.Tree, hidden map[string]bool) error {
	parts, err := tree.SplitPath(header.Name)
	if err != nil {
		return err
	}
	if len(parts) == 0 {
		layer.Describe(into.Root, header, tree.TypeDir)
		return nil
	}
	if header.Typeflag == tar.TypeChar && header.Devmajor == 0 && header.Devminor == 0 {
		hidden[header.Name] = true
	}
	if kept[parts[0]] || kept[strings.Join(parts, "/")] {
		return nil
	}
	// A saved layer has each folder before what lies in it, and no link stands for a folder.
	parent := find(into.Root, parts[:len(parts)-1])
	if parent == nil || !parent.IsDir() {
		return fmt.Errorf("the saved files are damaged: %.300q lies in no folder", header.Name)
	}
	name := parts[len(parts)-1]
	switch header.Typeflag {
	case tar.TypeChar:
		if header.Devmajor == 0 && header.Devminor == 0 {
			into.Remove(parent, name)
			return nil
		}
	case tar.TypeLink:
		if hidden[header.Linkname] {
			into.Remove(parent, name)
			return nil
		}
		target, err := tree.SplitPath(header.Linkname)
		if err != nil {
			return err
		}
		node := find(into.Root, target)
		if node == nil || node.IsDir() {
			return fmt.Errorf("the saved files are damaged: %.300q is a link to nothing", header.Name)
		}
		return into.Put(parent, name, node)
	case tar.TypeReg:
		node := &tree.Node{}
		layer.Describe(node, header, tree.TypeRegular)
		if node.Size, node.Content, err = snapshot.content(content, header.Size); err != nil {
			return fmt.Errorf("the saved file %.300q is damaged: %w", header.Name, err)
		}
		layer.NoteLost(header, into)
		return into.Put(parent, name, node)
	}
	node, err := layer.MakeNode(header)
	if node == nil || err != nil {
		return err
	}
	if err := into.Put(parent, name, node); err != nil {
		return err
	}
	for _, mark := range opaqueMarks {
		if node.IsDir() && header.PAXRecords[mark] == "y" {
			into.Empty(node)
		}
	}
	return nil
}

func find(root *tree.Node, parts []string) *tree.Node {
	for _, part := range parts {
		// What is no folder has no children.
		if root = root.Child(part); root == nil {
			return nil
		}
	}
	return root
}

const (
	sizeBytes    = 8
	segmentBytes = 24
	// A saved file is a list of segments; this many are one of 256 GiB in the smallest pieces.
	mostSegments = 1 << 26
)

// content reads where the content of a file lies: its size, then segments of the file and their places in memory.
func (s *Snapshot) content(r io.Reader, length int64) (uint64, tree.Content, error) {
	if length < sizeBytes || (length-sizeBytes)%segmentBytes != 0 || (length-sizeBytes)/segmentBytes > mostSegments {
		return 0, nil, fmt.Errorf("its description has %d bytes", length)
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return 0, nil, err
	}
	size := binary.LittleEndian.Uint64(raw)
	c := &fileContent{size: size, snapshot: s}
	last := uint64(0)
	for raw = raw[sizeBytes:]; len(raw) > 0; raw = raw[segmentBytes:] {
		one := segment{
			start: binary.LittleEndian.Uint64(raw),
			end:   binary.LittleEndian.Uint64(raw[8:]),
			place: binary.LittleEndian.Uint64(raw[16:]),
		}
		if one.start < last || one.end <= one.start {
			return 0, nil, fmt.Errorf("its parts are out of order")
		}
		last = one.end
		c.segments = append(c.segments, one)
	}
	return size, c, nil
}
