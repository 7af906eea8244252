// Package tree holds the files of a root image while it is put together. Nothing of it is ever a file of the host, so a
// name or a link out of an archive can lead nowhere.
package tree

import (
	"io"
	"sort"
)

// Types of files, as in the mode of an inode.
const (
	TypeMask    = 0o170000
	TypeRegular = 0o100000
	TypeDir     = 0o040000
	TypeLink    = 0o120000
	TypeChar    = 0o020000
	TypeBlock   = 0o060000
	TypeFifo    = 0o010000
	TypeSocket  = 0o140000
	PermMask    = 0o7777
)

// Content is what a regular file holds.
type Content interface {
	// WriteTo writes the whole content; a Hole of the writer may be used for zeros.
	WriteTo(w Sink) error
}

// Sink takes the content of a file in its order.
type Sink interface {
	io.Writer
	// Skip stands for n bytes of zeros.
	Skip(n uint64) error
}

// Node is one file. Two names of it are two entries that point to the same Node.
type Node struct {
	// Type and permissions.
	Mode     uint16
	UID, GID uint32
	// Seconds and nanoseconds of the last modification.
	Mtime      int64
	MtimeNanos uint32
	// Of a device, as Linux encodes it.
	Rdev uint32
	// Of a symbolic link.
	Target string
	// Of a regular file. Placed content lies in the image already, from Block on.
	Size    uint64
	Content Content
	Placed  bool
	Block   uint32

	children map[string]*Node
	// Layer that made this entry, so that a whiteout hides only what lies below it.
	layer int
}

// NewDir makes an empty folder.
func NewDir(perm uint16) *Node {
	return &Node{Mode: TypeDir | perm&PermMask, children: map[string]*Node{}}
}

// Type of the file.
func (n *Node) Type() uint16 { return n.Mode & TypeMask }

// IsDir reports whether it is a folder.
func (n *Node) IsDir() bool { return n.Type() == TypeDir }

// Child with this name, or nil.
func (n *Node) Child(name string) *Node { return n.children[name] }

// Names of the children in the order of their bytes.
func (n *Node) Names() []string {
	names := make([]string, 0, len(n.children))
	for name := range n.children {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Walk visits every entry below a folder, parents first, in the order of their names.
func (n *Node) Walk(visit func(name string, parent, child *Node)) {
	for _, name := range n.Names() {
		child := n.children[name]
		visit(name, n, child)
		if child.IsDir() {
			child.Walk(visit)
		}
	}
}
