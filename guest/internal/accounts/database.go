package accounts

import (
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"

	"nullspace.dev/guest/internal/problem"
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
	read := &Database{byName: map[string]Account{}, userNames: map[uint32]string{}, groupNames: map[uint32]string{}}
	members := map[string][]uint32{}
	for _, entry := range parseGroup(groups) {
		if _, taken := read.groupNames[entry.gid]; !taken {
			read.groupNames[entry.gid] = entry.name
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

// Find returns the account called name; empty means root, which exists even without an account file.
func (d *Database) Find(name string) (Account, error) {
	wanted := name
	if wanted == "" {
		wanted = "root"
	}
	if account, ok := d.find(wanted); ok {
		return account, nil
	}
	if wanted == "root" {
		return Account{Name: "root", Home: "/root"}, nil
	}
	return Account{}, problem.New(problem.UnknownUser, "", "no account %q in the sandbox; add it or leave user out for root", name)
}

func (d *Database) find(name string) (Account, bool) {
	account, ok := d.byName[name]
	return account, ok
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
