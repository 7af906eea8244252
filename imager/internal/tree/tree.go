package tree

import (
	"strings"

	"nullspace.dev/imager/internal/report"
)

// Bounds of what a tree may hold.
type Bounds struct {
	MaxEntries int
	MaxBytes   uint64
}

const (
	longestName   = 255
	longestPath   = 4096
	longestTarget = 4095
	mostFollowed  = 40
	// All names and targets together.
	mostNameBytes = 512 << 20
	// Deeper folders would make every later walk a danger for the stack.
	deepest = 1024
)

// Tree is a root folder that layers are laid over one another in.
type Tree struct {
	Root *Node
	// Lost is what the layers held and this cannot.
	Lost      Lost
	bounds    Bounds
	entries   int
	nameBytes int
	layer     int
}

// New makes an empty root.
func New(bounds Bounds) *Tree { return &Tree{Root: NewDir(0o755), bounds: bounds} }

// Begin starts the next layer.
func (t *Tree) Begin() { t.layer++ }

// Put gives a node a name in a folder, in place of what has that name. Folders merge.
func (t *Tree) Put(parent *Node, name string, node *Node) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if len(node.Target) > longestTarget || (node.Type() == TypeLink && node.Target == "") {
		return report.Fail(report.ImportFailed, "the symbolic link %q has a target of %d bytes; it must have 1 to %d", name, len(node.Target), longestTarget)
	}
	t.entries++
	t.nameBytes += len(name) + len(node.Target)
	if t.entries > t.bounds.MaxEntries || t.nameBytes > mostNameBytes {
		return report.Fail(report.TooLarge, "the image has more than %d files", t.bounds.MaxEntries)
	}
	node.layer = t.layer
	if old := parent.children[name]; old != nil && old.IsDir() && node.IsDir() {
		node.children = old.children
	}
	if node.IsDir() && node.children == nil {
		node.children = map[string]*Node{}
	}
	parent.children[name] = node
	return nil
}

// Remove takes a name out of a folder; what this layer has put there stays.
func (t *Tree) Remove(parent *Node, name string) {
	if child := parent.children[name]; child != nil && !t.hideBelow(child) {
		delete(parent.children, name)
	}
}

// Empty takes everything out of a folder that lies below this layer.
func (t *Tree) Empty(dir *Node) {
	for name := range dir.children {
		t.Remove(dir, name)
	}
}

// hideBelow removes what lies below this layer and reports whether anything of this layer is left.
func (t *Tree) hideBelow(node *Node) bool {
	if !node.IsDir() {
		return node.layer == t.layer
	}
	for name, child := range node.children {
		if !t.hideBelow(child) {
			delete(node.children, name)
		}
	}
	return node.layer == t.layer || len(node.children) > 0
}

// MakeDirs finds a folder and makes what is missing of it. Symbolic links on the way are followed, and never lead out
// of the tree.
func (t *Tree) MakeDirs(parts []string) (*Node, error) {
	return t.walk(parts, func(parent *Node, name string) (*Node, error) {
		dir := NewDir(0o755)
		return dir, t.Put(parent, name, dir)
	})
}

// Find the node with a path; nil when there is none. The last part is not followed when it is a link.
func (t *Tree) Find(parts []string) *Node {
	if len(parts) == 0 {
		return t.Root
	}
	parent, err := t.walk(parts[:len(parts)-1], func(*Node, string) (*Node, error) { return nil, nil })
	if err != nil || parent == nil {
		return nil
	}
	return parent.Child(parts[len(parts)-1])
}

// Follow is Find, and goes on when the last part is a link.
func (t *Tree) Follow(parts []string) *Node {
	node := t.Find(parts)
	for left := mostFollowed; node != nil && node.Type() == TypeLink; left-- {
		if left == 0 {
			return nil
		}
		at := parts[:len(parts)-1]
		if strings.HasPrefix(node.Target, "/") {
			at = nil
		}
		parts = append(append([]string{}, at...), relative(node.Target)...)
		parts = resolveDots(parts)
		node = t.Find(parts)
	}
	return node
}

func (t *Tree) walk(parts []string, missing func(parent *Node, name string) (*Node, error)) (*Node, error) {
	trail := []*Node{t.Root}
	left := append([]string{}, parts...)
	for followed := 0; len(left) > 0; {
		name := left[0]
		left = left[1:]
		if name == ".." {
			if len(trail) > 1 {
				trail = trail[:len(trail)-1]
			}
			continue
		}
		here := trail[len(trail)-1]
		next := here.Child(name)
		if next == nil {
			made, err := missing(here, name)
			if made == nil || err != nil {
				return nil, err
			}
			next = made
		}
		switch next.Type() {
		case TypeDir:
			trail = append(trail, next)
			if len(trail) > deepest {
				return nil, report.Fail(report.ImportFailed, "folders are nested deeper than %d", deepest)
			}
		case TypeLink:
			followed++
			if followed > mostFollowed {
				return nil, report.Fail(report.ImportFailed, "%q leads through more than %d symbolic links", strings.Join(parts, "/"), mostFollowed)
			}
			if strings.HasPrefix(next.Target, "/") {
				trail = trail[:1]
			}
			left = append(relative(next.Target), left...)
		default:
			return nil, report.Fail(report.ImportFailed, "%q leads through %q, which is no folder", strings.Join(parts, "/"), name)
		}
	}
	return trail[len(trail)-1], nil
}

// CheckName refuses what cannot be a name in a folder.
func CheckName(name string) error {
	if name == "" || name == "." || name == ".." || len(name) > longestName || strings.ContainsAny(name, "/\x00") {
		return report.Fail(report.ImportFailed, "%.300q cannot be the name of a file", name)
	}
	return nil
}

// SplitPath cuts the path of an archive into its names; one that leads upwards is refused.
func SplitPath(path string) ([]string, error) {
	if len(path) > longestPath {
		return nil, report.Fail(report.ImportFailed, "a path has %d bytes; the most is %d", len(path), longestPath)
	}
	parts := relative(path)
	for _, part := range parts {
		if err := CheckName(part); err != nil {
			return nil, report.Fail(report.ImportFailed, "%.300q is no path within the image", path)
		}
	}
	return parts, nil
}

func relative(path string) []string {
	var parts []string
	for _, part := range strings.Split(path, "/") {
		if part != "" && part != "." {
			parts = append(parts, part)
		}
	}
	return parts
}

func resolveDots(parts []string) []string {
	var resolved []string
	for _, part := range parts {
		if part != ".." {
			resolved = append(resolved, part)
		} else if len(resolved) > 0 {
			resolved = resolved[:len(resolved)-1]
		}
	}
	return resolved
}
