// Package accounts reads the guest's own account files.
package accounts

import (
	"bufio"
	"io"
	"os"
	"strconv"
	"strings"
)

// Account is a user of the guest with all its groups.
type Account struct {
	Name   string
	UID    uint32
	GID    uint32
	Groups []uint32
	Home   string
	Shell  string
}

// IsRoot tells whether rights need not be checked for the account.
func (a Account) IsRoot() bool { return a.UID == 0 }

// Find returns the account called name; empty means root, which exists even without an account file.
func Find(name string) (Account, error) { return Current().Find(name) }

func parsePasswd(path string) []Account {
	var accounts []Account
	eachLine(path, 7, func(fields []string) {
		uid, uidErr := strconv.ParseUint(fields[2], 10, 32)
		gid, gidErr := strconv.ParseUint(fields[3], 10, 32)
		if uidErr != nil || gidErr != nil || fields[0] == "" {
			return
		}
		home := fields[5]
		if !strings.HasPrefix(home, "/") {
			home = "/"
		}
		accounts = append(accounts, Account{Name: fields[0], UID: uint32(uid), GID: uint32(gid), Home: home, Shell: fields[6]})
	})
	return accounts
}

type group struct {
	name    string
	gid     uint32
	members []string
}

func parseGroup(path string) []group {
	var groups []group
	eachLine(path, 4, func(fields []string) {
		gid, err := strconv.ParseUint(fields[2], 10, 32)
		if err != nil || fields[0] == "" {
			return
		}
		groups = append(groups, group{name: fields[0], gid: uint32(gid), members: strings.Split(fields[3], ",")})
	})
	return groups
}

// The files belong to the guest: only their first MiB is read.
func eachLine(path string, fields int, visit func([]string)) {
	content, err := readBounded(path, 1<<20)
	if err != nil {
		return
	}
	scanner := bufio.NewScanner(strings.NewReader(content))
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		if parts := strings.Split(scanner.Text(), ":"); len(parts) == fields {
			visit(parts)
		}
	}
}

func readBounded(path string, limit int64) (string, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return "", err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return "", os.ErrInvalid
	}
	content, err := io.ReadAll(io.LimitReader(file, limit))
	return string(content), err
}
