package furnish

import (
	"fmt"
	"strconv"
	"strings"

	"nullspace.dev/imager/internal/report"
	"nullspace.dev/imager/internal/tree"
)

const (
	firstID = 1000
	lastID  = 60000
	// Larger files of accounts are none.
	largestFile = 1 << 20
)

// accounts makes sure of root and of user with the home /home/user.
func (f *furnisher) accounts() error {
	passwd, err := f.lines("/etc/passwd")
	if err != nil {
		return err
	}
	group, err := f.lines("/etc/group")
	if err != nil {
		return err
	}
	shell := "/bin/sh"
	if f.tree.Follow(path("/bin/bash")) != nil {
		shell = "/bin/bash"
	}
	if !has(passwd, "root") {
		passwd = append([]string{"root:x:0:0:root:/root:/bin/sh"}, passwd...)
	}
	if !has(group, "root") {
		group = append([]string{"root:x:0:"}, group...)
	}
	if !has(passwd, "user") {
		id := freeID(passwd, group)
		gid := id
		if line := find(group, "user"); line != nil {
			if known, err := strconv.ParseUint(field(line, 2), 10, 32); err == nil {
				gid = int(known)
			}
		} else {
			group = append(group, fmt.Sprintf("user:x:%d:", id))
		}
		passwd = append(passwd, fmt.Sprintf("user:x:%d:%d::/home/user:%s", id, gid, shell))
		if err := f.shadow(); err != nil {
			return err
		}
		home, err := f.dir("/home/user", 0o755)
		if err != nil {
			return err
		}
		home.UID, home.GID = uint32(id), uint32(gid)
	}
	if err := f.file("/etc/passwd", 0o644, join(passwd)); err != nil {
		return err
	}
	return f.file("/etc/group", 0o644, join(group))
}

// shadow locks the new account's password, where passwords are kept apart.
func (f *furnisher) shadow() error {
	node := f.tree.Follow(path("/etc/shadow"))
	if node == nil {
		return nil
	}
	lines, err := f.lines("/etc/shadow")
	if err != nil || has(lines, "user") {
		return err
	}
	perm, gid := node.Mode&tree.PermMask, node.GID
	if err := f.file("/etc/shadow", perm, join(append(lines, "user:!:20000:0:99999:7:::"))); err != nil {
		return err
	}
	f.tree.Find(path("/etc/shadow")).GID = gid
	return nil
}

func (f *furnisher) lines(at string) ([]string, error) {
	node := f.tree.Follow(path(at))
	if node == nil {
		return nil, nil
	}
	if node.Type() != tree.TypeRegular || node.Size > largestFile {
		return nil, report.Fail(report.Unsupported, "%s of the image is no file of accounts", at)
	}
	content, err := f.read(node)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, line := range strings.Split(string(content), "\n") {
		if strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

func find(lines []string, name string) []string {
	for _, line := range lines {
		if fields := strings.Split(line, ":"); fields[0] == name {
			return fields
		}
	}
	return nil
}

func has(lines []string, name string) bool { return find(lines, name) != nil }

func field(fields []string, index int) string {
	if index < len(fields) {
		return fields[index]
	}
	return ""
}

// freeID is a number that neither an account nor a group has.
func freeID(passwd, group []string) int {
	taken := map[string]bool{}
	for _, line := range append(append([]string{}, passwd...), group...) {
		taken[field(strings.Split(line, ":"), 2)] = true
	}
	for id := firstID; id < lastID; id++ {
		if !taken[strconv.Itoa(id)] {
			return id
		}
	}
	return lastID
}

func join(lines []string) string { return strings.Join(lines, "\n") + "\n" }
