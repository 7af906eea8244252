// Package furnish gives an image what every sandbox needs and an image of elsewhere may lack: folders that are mounted
// over, the accounts root and user, and files that the guest agent writes at every start.
package furnish

import (
	"nullspace.dev/imager/internal/report"
	"nullspace.dev/imager/internal/tree"
)

// Reader reads the content of a file that lies in the image already.
type Reader func(*tree.Node) ([]byte, error)

// The same as in images/base/customize.
const (
	noteOfAgent = "# Written by the guest agent at start.\n"
	hostsFile   = "127.0.0.1 localhost sandbox\n::1 localhost ip6-localhost ip6-loopback\n"
)

// Apply adds what is missing. Dates are that of the newest file, so that equal images stay equal.
func Apply(into *tree.Tree, read Reader) error {
	into.Begin()
	f := &furnisher{tree: into, read: read, time: newest(into.Root)}
	for _, dir := range []struct {
		path string
		perm uint16
	}{
		{"/.nullspace", 0o755}, {"/workspace", 0o755}, {"/proc", 0o555}, {"/sys", 0o555}, {"/dev", 0o755},
		{"/etc", 0o755}, {"/root", 0o700}, {"/home", 0o755}, {"/run", 0o755}, {"/tmp", 0o1777},
	} {
		if _, err := f.dir(dir.path, dir.perm); err != nil {
			return err
		}
	}
	// gVisor mounts memory over an empty /tmp, which would count against the guest's memory.
	if tmp := into.Follow(path("/tmp")); tmp != nil && len(tmp.Names()) == 0 {
		if err := f.file("/tmp/.keep", 0o644, ""); err != nil {
			return err
		}
	}
	for name, content := range map[string]string{
		"/etc/resolv.conf": noteOfAgent, "/etc/hostname": "sandbox\n", "/etc/hosts": hostsFile, "/etc/machine-id": "",
	} {
		if err := f.file(name, 0o644, content); err != nil {
			return err
		}
	}
	return f.accounts()
}

type furnisher struct {
	tree *tree.Tree
	read Reader
	time int64
}

// dir makes a folder unless there is one, be it behind a link.
func (f *furnisher) dir(at string, perm uint16) (*tree.Node, error) {
	parts := path(at)
	if found := f.tree.Follow(parts); found != nil {
		if found.IsDir() {
			return found, nil
		}
		return nil, report.Fail(report.Unsupported, "%s is no folder in the image, and sandboxes need it", at)
	}
	parent, err := f.tree.MakeDirs(parts[:len(parts)-1])
	if err != nil {
		return nil, err
	}
	dir := tree.NewDir(perm)
	dir.Mtime = f.time
	return dir, f.tree.Put(parent, parts[len(parts)-1], dir)
}

// file writes a regular file in place of whatever stands there.
func (f *furnisher) file(at string, perm uint16, content string) error {
	parts := path(at)
	parent, err := f.tree.MakeDirs(parts[:len(parts)-1])
	if err != nil {
		return err
	}
	node := &tree.Node{Mode: tree.TypeRegular | perm, Mtime: f.time, Size: uint64(len(content)), Content: text(content)}
	return f.tree.Put(parent, parts[len(parts)-1], node)
}

type text string

func (t text) WriteTo(w tree.Sink) error {
	_, err := w.Write([]byte(t))
	return err
}

func newest(root *tree.Node) int64 {
	latest := root.Mtime
	root.Walk(func(_ string, _, child *tree.Node) { latest = max(latest, child.Mtime) })
	return latest
}

func path(at string) []string {
	parts, err := tree.SplitPath(at)
	if err != nil {
		panic(err)
	}
	return parts
}
