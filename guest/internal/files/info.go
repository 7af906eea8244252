package files

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"nullspace.dev/guest/internal/accounts"
)

// Info describes a file as guest.proto's FileInfo does.
type Info struct {
	Name, Path, Type, Mode, Permissions, Owner, Group, SymlinkTarget string
	Size                                                             uint64
	Modified                                                         time.Time
}

// describe fills an Info from what stat found at path.
func describe(path string, found os.FileInfo, names *accounts.Database) Info {
	mode := found.Mode()
	info := Info{
		Name: text(filepath.Base(path)), Path: text(path), Type: typeOf(mode), Mode: modeText(mode),
		Permissions: fmt.Sprintf("%04o", bits(mode)), Modified: found.ModTime(),
	}
	if !mode.IsDir() {
		info.Size = uint64(max(0, found.Size()))
	}
	if stat, ok := found.Sys().(*syscall.Stat_t); ok {
		info.Owner, info.Group = names.UserName(stat.Uid), names.GroupName(stat.Gid)
	}
	return info
}

// describeLink describes the link's target where it can be reached, else the link, and always names the target.
func describeLink(path string) (Info, error) {
	link, err := os.Lstat(path)
	if err != nil {
		return Info{}, err
	}
	names := accounts.Current()
	if link.Mode()&os.ModeSymlink == 0 {
		return describe(path, link, names), nil
	}
	info := describe(path, link, names)
	if target, err := os.Stat(path); err == nil {
		info = describe(path, target, names)
	}
	target, _ := os.Readlink(path)
	info.SymlinkTarget = text(target)
	return info, nil
}

// text makes a name fit for the wire: a file name may hold any bytes.
func text(name string) string { return strings.ToValidUTF8(name, "\uFFFD") }

func typeOf(mode os.FileMode) string {
	switch {
	case mode.IsRegular():
		return "file"
	case mode.IsDir():
		return "dir"
	case mode&os.ModeSymlink != 0:
		return "symlink"
	case mode&os.ModeNamedPipe != 0:
		return "fifo"
	case mode&os.ModeSocket != 0:
		return "socket"
	}
	return "device"
}

// bits are the twelve permission bits as chmod counts them.
func bits(mode os.FileMode) uint32 {
	value := uint32(mode.Perm())
	if mode&os.ModeSetuid != 0 {
		value |= 0o4000
	}
	if mode&os.ModeSetgid != 0 {
		value |= 0o2000
	}
	if mode&os.ModeSticky != 0 {
		value |= 0o1000
	}
	return value
}

// modeText writes a mode as ls does.
func modeText(mode os.FileMode) string {
	kinds := map[string]byte{"file": '-', "dir": 'd', "symlink": 'l', "fifo": 'p', "socket": 's', "device": 'b'}
	kind := kinds[typeOf(mode)]
	if mode&os.ModeCharDevice != 0 {
		kind = 'c'
	}
	line := []byte{kind}
	value := bits(mode)
	for shift := 6; shift >= 0; shift -= 3 {
		group := value >> shift
		special := value>>(9+shift/3)&1 != 0
		line = append(line, letter(group&4 != 0, 'r'), letter(group&2 != 0, 'w'), executeLetter(group&1 != 0, special, shift == 0))
	}
	return string(line)
}

func letter(set bool, name byte) byte {
	if set {
		return name
	}
	return '-'
}

func executeLetter(execute, special, last bool) byte {
	switch {
	case !special:
		return letter(execute, 'x')
	case last && execute:
		return 't'
	case last:
		return 'T'
	case execute:
		return 's'
	}
	return 'S'
}
