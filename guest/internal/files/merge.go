package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"nullspace.dev/guest/internal/problem"
)

// merge moves what is in one folder into another and overwrites same names. Whether all of it can come is looked at
// before anything moves.
func merge(from, into string, keepFolders bool) error {
	m := merging{keepFolders: keepFolders}
	if err := eachMember(from, into, m.check); err != nil {
		return err
	}
	return eachMember(from, into, m.move)
}

// merging knows what folders that are there are to an archive.
type merging struct {
	// keepFolders leaves their mode as it is and takes a link to a folder for the folder.
	keepFolders bool
}

// find tells what is in the place of an entry.
func (m merging) find(entry fs.DirEntry, place string) (fs.FileInfo, error) {
	if m.keepFolders && entry.IsDir() {
		if found, err := os.Stat(place); err == nil && found.IsDir() {
			return found, nil
		}
	}
	return os.Lstat(place)
}

// eachMember calls visit for what is in a folder and its place in the other; it goes into folders that visit says are in both.
func eachMember(from, into string, visit func(entry fs.DirEntry, from, to string) (deeper bool, err error)) error {
	directory, err := os.Open(from)
	if err != nil {
		return err
	}
	entries, err := directory.ReadDir(-1)
	directory.Close()
	if err != nil {
		return err
	}
	for _, entry := range entries {
		source, place := filepath.Join(from, entry.Name()), filepath.Join(into, entry.Name())
		deeper, err := visit(entry, source, place)
		if err == nil && deeper {
			err = eachMember(source, place, visit)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m merging) check(entry fs.DirEntry, _, to string) (deeper bool, err error) {
	found, err := m.find(entry, to)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil && found.IsDir() && !entry.IsDir() {
		return false, problem.New(problem.FileExists, to, "%s is a directory and the archive holds something else of that name; remove it, or replace the whole target", to)
	}
	return err == nil && found.IsDir(), err
}

func (m merging) move(entry fs.DirEntry, from, to string) (deeper bool, err error) {
	found, err := m.find(entry, to)
	if err == nil && found.IsDir() && entry.IsDir() {
		if m.keepFolders {
			return true, nil
		}
		info, err := entry.Info()
		if err != nil {
			return false, err
		}
		return true, os.Chmod(to, info.Mode().Perm())
	}
	// A link or a file in the place of a folder goes: what is unpacked never lands behind a link that nobody asked for.
	if err == nil && entry.IsDir() {
		if err := os.Remove(to); err != nil {
			return false, err
		}
	}
	return false, os.Rename(from, to)
}
