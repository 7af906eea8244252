package accounts

import (
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
)

const (
	passwdPath = "/etc/passwd"
	groupPath  = "/etc/group"
	nonblock   = syscall.O_NONBLOCK | syscall.O_CLOEXEC
)

// Database is one reading of both files; it is replaced when a file changes.
type Database struct {
	passwd, group fingerprint
	byName        map[string]Account
	userNames     map[uint32]string
	groupNames    map[uint32]string
	groupNumbers  map[string]uint32
}

type fingerprint struct {
	inode         uint64
	size          int64
	mtime, mtimeN int64
}

var cached atomic.Pointer[Database]

// Current reads the files again only where they changed. A caller with many questions asks one reading.
func Current() *Database {
	passwd, group := fingerprintOf(passwdPath), fingerprintOf(groupPath)
	if known := cached.Load(); known != nil && known.passwd == passwd && known.group == group {
		return known
	}
	read := load(passwdPath, groupPath)
	read.passwd, read.group = passwd, group
	cached.Store(read)
	return read
}

func fingerprintOf(path string) fingerprint {
	var stat syscall.Stat_t
	if syscall.Stat(path, &stat) != nil {
		return fingerprint{}
	}
	return fingerprint{inode: stat.Ino, size: stat.Size, mtime: stat.Mtim.Sec, mtimeN: stat.Mtim.Nsec}
}

func load(passwd, groups string) *Database {
	read := &Database{byName: map[string]Account{}, userNames: map[uint32]string{}, groupNames: map[uint32]string{}, groupNumbers: map[string]uint32{}}
	members := map[string][]uint32{}
	for _, entry := range parseGroup(groups) {
		if _, taken := read.groupNames[entry.gid]; !taken {
			read.groupNames[entry.gid] = entry.name
		}
		if _, taken := read.groupNumbers[entry.name]; !taken {
			read.groupNumbers[entry.name] = entry.gid
		}
		for _, member := range entry.members {
			members[member] = append(members[member], entry.gid)
		}
	}
	for _, account := range parsePasswd(passwd) {
		if _, taken := read.byName[account.Name]; taken {
			continue
		}
		account.Groups = append([]uint32{account.GID}, members[account.Name]...)
		slices.Sort(account.Groups)
		account.Groups = slices.Compact(account.Groups)
		read.byName[account.Name] = account
		if _, taken := read.userNames[account.UID]; !taken {
			read.userNames[account.UID] = account.Name
		}
	}
	return read
}

// UserName returns the name of uid, or its number.
func (d *Database) UserName(uid uint32) string {
	if name, ok := d.userNames[uid]; ok {
		return name
	}
	return strconv.FormatUint(uint64(uid), 10)
}

// GroupName returns the name of gid, or its number.
func (d *Database) GroupName(gid uint32) string {
	if name, ok := d.groupNames[gid]; ok {
		return name
	}
	return strconv.FormatUint(uint64(gid), 10)
}
