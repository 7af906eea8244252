package furnish_test

import (
	"bytes"
	"strings"
	"testing"

	"nullspace.dev/imager/internal/furnish"
	"nullspace.dev/imager/internal/tree"
)

type text string

func (s text) WriteTo(w tree.Sink) error {
	_, err := w.Write([]byte(s))
	return err
}

type collected struct{ bytes.Buffer }

func (c *collected) Skip(uint64) error { return nil }

func read(node *tree.Node) ([]byte, error) {
	var c collected
	err := node.Content.WriteTo(&c)
	return c.Bytes(), err
}

func grow(t *testing.T, files map[string]string) *tree.Tree {
	t.Helper()
	into := tree.New(tree.Bounds{MaxEntries: 1000})
	into.Begin()
	for path, content := range files {
		parts, err := tree.SplitPath(path)
		if err != nil {
			t.Fatal(err)
		}
		parent, err := into.MakeDirs(parts[:len(parts)-1])
		if err != nil {
			t.Fatal(err)
		}
		node := &tree.Node{Mode: tree.TypeRegular | 0o640, GID: 42, Mtime: 1000, Size: uint64(len(content)), Content: text(content)}
		if target, isLink := strings.CutPrefix(content, "-> "); isLink {
			node = &tree.Node{Mode: tree.TypeLink | 0o777, Target: target}
		}
		if err := into.Put(parent, parts[len(parts)-1], node); err != nil {
			t.Fatal(err)
		}
	}
	return into
}

func content(t *testing.T, into *tree.Tree, path string) string {
	t.Helper()
	parts, err := tree.SplitPath(path)
	if err != nil {
		t.Fatal(err)
	}
	node := into.Find(parts)
	if node == nil || node.Type() != tree.TypeRegular {
		t.Fatalf("%s is no file: %+v", path, node)
	}
	raw, err := read(node)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestAddsWhatIsMissing(t *testing.T) {
	into := grow(t, nil)
	if err := furnish.Apply(into, read); err != nil {
		t.Fatal(err)
	}
	if got := content(t, into, "etc/passwd"); got != "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n" {
		t.Errorf("%q", got)
	}
	if got := content(t, into, "etc/group"); got != "root:x:0:\nuser:x:1000:\n" {
		t.Errorf("%q", got)
	}
	if got := content(t, into, "tmp/.keep"); got != "" {
		t.Errorf("%q", got)
	}
	for _, dir := range []string{".nullspace", "workspace", "proc", "sys", "dev", "run", "root", "home/user"} {
		parts, _ := tree.SplitPath(dir)
		if node := into.Find(parts); node == nil || !node.IsDir() {
			t.Errorf("%s is missing", dir)
		}
	}
	home := into.Find([]string{"home", "user"})
	if home.UID != 1000 || home.GID != 1000 {
		t.Errorf("%+v", home)
	}
}

func TestKeepsWhatIsThere(t *testing.T) {
	passwd := "root:x:0:0:root:/root:/bin/ash\nuser:x:501:20:Ann:/Users/ann:/bin/zsh\n"
	into := grow(t, map[string]string{
		"etc/passwd": passwd, "etc/group": "root:x:0:\nstaff:x:20:\n", "etc/shadow": "root:*:::::::\n",
		"tmp/own": "x", "workspace/own": "x",
	})
	if err := furnish.Apply(into, read); err != nil {
		t.Fatal(err)
	}
	if got := content(t, into, "etc/passwd"); got != passwd {
		t.Errorf("%q", got)
	}
	if got := content(t, into, "etc/shadow"); got != "root:*:::::::\n" {
		t.Errorf("%q", got)
	}
	if into.Find([]string{"tmp", ".keep"}) != nil || into.Find([]string{"home", "user"}) != nil {
		t.Error("more was made than is needed")
	}
}

func TestFollowsLinksWithinTheImage(t *testing.T) {
	into := grow(t, map[string]string{
		"etc/passwd": "-> ../store/accounts", "store/accounts": "app:x:1000:1000::/:/bin/sh\n",
		"etc/resolv.conf": "-> ../run/systemd/resolve/stub-resolv.conf", "tmp": "-> /var/tmp", "var/tmp/x": "",
		"etc/shadow": "app:!:::::::\n", "bin": "-> usr/bin", "usr/bin/bash": "#!",
	})
	if err := furnish.Apply(into, read); err != nil {
		t.Fatal(err)
	}
	want := "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\nuser:x:1001:1001::/home/user:/bin/bash\n"
	if got := content(t, into, "etc/passwd"); got != want {
		t.Errorf("%q", got)
	}
	if got := content(t, into, "etc/shadow"); !strings.Contains(got, "user:!:") {
		t.Errorf("%q", got)
	}
	if shadow := into.Find([]string{"etc", "shadow"}); shadow.Mode&tree.PermMask != 0o640 || shadow.GID != 42 {
		t.Errorf("%+v", shadow)
	}
	if got := content(t, into, "etc/resolv.conf"); !strings.HasPrefix(got, "#") {
		t.Errorf("%q", got)
	}
}

func TestRefusesWhatSandboxesCannotHave(t *testing.T) {
	for path, raw := range map[string]string{"proc": "a file", "etc/passwd": "-> /proc"} {
		if err := furnish.Apply(grow(t, map[string]string{path: raw}), read); err == nil {
			t.Errorf("%s was taken", path)
		}
	}
}
