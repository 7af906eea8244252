// Package files serves the guest's files with the rights of an account.
package files

import (
	"path/filepath"
	"strings"

	"nullspace.dev/guest/internal/accounts"
	"nullspace.dev/guest/internal/identity"
	"nullspace.dev/guest/internal/problem"
)

// Reserved belongs to the platform: it is not listed and cannot be written.
const Reserved = "/workspace/.nullspace"

// Target is a path as it was asked for.
type Target struct {
	Path string
	User string
	// Base is where relative paths begin when there is no user.
	Base string
}

// place is a target made absolute, with the account that works on it.
type place struct {
	path    string
	account accounts.Account
}

func (t Target) resolve() (place, error) { return t.resolveIn(accounts.Current()) }

func (t Target) resolveIn(known *accounts.Database) (place, error) {
	account, err := known.Find(t.User)
	if err != nil {
		return place{}, err
	}
	base := t.Base
	if t.User != "" {
		base = account.Home
	}
	path, err := absolute(t.Path, base)
	return place{path: path, account: account}, err
}

func absolute(path, base string) (string, error) {
	if path == "" {
		return "", problem.New(problem.InvalidPath, "", "the path is empty")
	}
	if !strings.HasPrefix(path, "/") {
		path = base + "/" + path
	}
	// The base is the guest's own word: it counts as well.
	switch {
	case strings.IndexByte(path, 0) >= 0:
		return "", problem.New(problem.InvalidPath, "", "the path holds a NUL byte")
	case len(path) > 4095:
		return "", problem.New(problem.InvalidPath, "", "the path is longer than 4095 bytes").Because(problem.TooLong)
	}
	return filepath.Clean(path), nil
}

// IsReserved tells whether a clean path is the platform's or below.
func IsReserved(path string) bool {
	return path == Reserved || strings.HasPrefix(path, Reserved+"/")
}

// writable refuses changes of the root directory, and of what is the platform's.
func (p place) writable() error {
	if err := p.unreserved(); err != nil {
		return err
	}
	if p.path == "/" {
		return problem.New(problem.InvalidPath, p.path, "the root directory cannot be changed").Because(problem.TheRoot)
	}
	return nil
}

// unreserved refuses what is the platform's, also through links in the folders above.
func (p place) unreserved() error {
	real := p.path
	p.as(func() error {
		if folder, err := filepath.EvalSymlinks(filepath.Dir(p.path)); err == nil {
			real = filepath.Join(folder, filepath.Base(p.path))
		}
		return nil
	})
	if IsReserved(p.path) || IsReserved(real) {
		return problem.New(problem.InvalidPath, p.path, "%s is reserved for the platform; choose another path", Reserved).Because(problem.Reserved)
	}
	return nil
}

func (p place) as(work func() error) error { return identity.As(p.account, work) }

// Folder returns where a directory lies with links followed, and the account that asks.
func Folder(target Target) (asked, real string, account accounts.Account, err error) {
	at, err := target.resolve()
	if err != nil {
		return "", "", accounts.Account{}, err
	}
	err = at.as(func() (err error) {
		real, err = at.searchable()
		return err
	})
	return at.path, real, at.account, problem.FromFile(err, at.path)
}
