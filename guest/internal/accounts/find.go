package accounts

import (
	"strconv"
	"strings"

	"nullspace.dev/guest/internal/problem"
)

// Find returns the account that a name means, as containers read it: "name" or the number of a user, which needs no line
// in the account file, and after a colon the one group that it has then. Empty means root, which exists even without an
// account file.
func (d *Database) Find(name string) (Account, error) {
	user, group, hasGroup := strings.Cut(name, ":")
	account, err := d.findUser(user)
	if err != nil || !hasGroup {
		return account, err
	}
	gid, err := d.findGroup(group)
	if err != nil {
		return Account{}, err
	}
	account.GID, account.Groups = gid, []uint32{gid}
	return account, nil
}

// FindOwner returns whom files of an owner belong to. The number of a user alone is that of the group too.
func FindOwner(name string) (uid, gid uint32, err error) {
	if number, ok := number(name); ok {
		return number, number, nil
	}
	account, err := Find(name)
	return account.UID, account.GID, err
}

func (d *Database) findUser(name string) (Account, error) {
	wanted := name
	if wanted == "" {
		wanted = "root"
	}
	if account, ok := d.find(wanted); ok {
		return account, nil
	}
	if uid, ok := number(wanted); ok {
		if known, ok := d.find(d.userNames[uid]); ok {
			return known, nil
		}
		return Account{Name: wanted, UID: uid, Groups: []uint32{0}, Home: "/"}, nil
	}
	if wanted == "root" {
		return Account{Name: "root", Home: "/root"}, nil
	}
	return Account{}, problem.New(problem.UnknownUser, "", "no account %q in the sandbox; add it or leave user out for root", name)
}

func (d *Database) findGroup(name string) (uint32, error) {
	if gid, ok := d.groupNumbers[name]; ok {
		return gid, nil
	}
	if gid, ok := number(name); ok {
		return gid, nil
	}
	return 0, problem.New(problem.UnknownUser, "", "no group %q in the sandbox; add it or leave it out", name)
}

func (d *Database) find(name string) (Account, bool) {
	account, ok := d.byName[name]
	return account, ok
}

// The highest number stands for "none" in calls of the kernel.
const mostID = 1<<31 - 1

func number(name string) (uint32, bool) {
	parsed, err := strconv.ParseUint(name, 10, 31)
	return uint32(parsed), err == nil && parsed <= mostID && !strings.HasPrefix(name, "+")
}
