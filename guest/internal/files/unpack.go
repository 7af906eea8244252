package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"nullspace.dev/guest/internal/accounts"
	"nullspace.dev/guest/internal/archive"
	"nullspace.dev/guest/internal/problem"
)

// Conflict says what becomes of a target that is there already.
type Conflict int

// Merge keeps what the archive does not name, Replace nothing; Refuse ends with target_exists.
const (
	Merge Conflict = iota + 1
	Replaces
	Refuse
)

// UnpackOptions of an archive.
type UnpackOptions struct {
	Conflict   Conflict
	MaxBytes   uint64
	MaxEntries uint32
	// Owner is an account, a group after a colon; empty: that of the target, or root.
	Owner string
	// SpecialModes keeps setuid, setgid and sticky bits.
	SpecialModes bool
	// KeepFolders leaves folders that are merged into as they are, and goes through links to folders.
	KeepFolders bool
}

// Unpack puts a tar in the place of a folder, or into it. It is unpacked beside its place and moved there whole.
func Unpack(ctx context.Context, target Target, source io.Reader, options UnpackOptions) (archive.Result, error) {
	at, err := target.resolve()
	if err != nil {
		return archive.Result{}, err
	}
	owner, err := ownerOf(at, options.Owner)
	if err != nil {
		return archive.Result{}, err
	}
	allowed := at.writable
	if options.Conflict == Merge {
		// What is put into the root directory leaves the directory itself as it is.
		allowed = at.unreserved
	}
	if err := allowed(); err != nil {
		return archive.Result{}, err
	}
	if options.Conflict < Merge || options.Conflict > Refuse {
		return archive.Result{}, problem.New(problem.InvalidArgument, "", "conflict must be merge, replace or error")
	}
	u := &unpacked{at: at, conflict: options.Conflict, keepFolders: options.KeepFolders}
	defer u.clean()
	var result archive.Result
	err = at.as(func() error {
		if err := u.stage(owner); err != nil {
			return err
		}
		root, err := os.Open(u.staged)
		if err != nil {
			return err
		}
		defer root.Close()
		limits := archive.Options{
			MaxBytes: options.MaxBytes, MaxEntries: options.MaxEntries, Owner: owner, SpecialModes: options.SpecialModes,
			Reserved: func(name string) bool { return IsReserved(filepath.Join(u.real, name)) },
		}
		if result, err = archive.Unpack(ctx, root, source, limits); err != nil {
			return err
		}
		return u.publish()
	})
	if err != nil {
		return archive.Result{}, problem.FromFile(err, at.path)
	}
	u.done = true
	return result, nil
}

// ownerOf returns nil where the account's own rights make the right owner.
func ownerOf(at place, name string) (*archive.Owner, error) {
	if name == "" || name == at.account.Name {
		return nil, nil
	}
	uid, gid, err := accounts.FindOwner(name)
	if err != nil {
		return nil, err
	}
	if !at.account.IsRoot() {
		return nil, problem.New(problem.PermissionDenied, at.path, "account %s cannot give files to %s", at.account.Name, name)
	}
	return &archive.Owner{UID: int(uid), GID: int(gid)}, nil
}

// unpacked is an archive on its way to its place.
type unpacked struct {
	at          place
	conflict    Conflict
	keepFolders bool
	// real is the place with links resolved, staged the folder that is filled meanwhile.
	real, staged string
	// exists tells that a folder is in the place.
	exists bool
	// made are the folders above the place that were not there, the deepest first.
	made []string
	done bool
}

// stage makes the folder that is filled: inside of one that is merged into, which may be a file system of its own.
func (u *unpacked) stage(owner *archive.Owner) error {
	if err := u.makeParents(owner); err != nil {
		return err
	}
	real, err := followLinks(u.at.path)
	if err != nil {
		return err
	}
	u.real = real
	found, err := os.Lstat(real)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case u.conflict == Refuse:
		return problem.New(problem.TargetExists, u.at.path, "%s is there already; choose another target, merge or replace", u.at.path)
	case !found.IsDir():
		return problem.New(problem.NotADirectory, u.at.path, "%s is there and not a directory; remove it first", u.at.path)
	default:
		u.exists = true
	}
	if IsReserved(real) {
		return problem.New(problem.InvalidPath, u.at.path, "%s is reserved for the platform; choose another path", Reserved).Because(problem.Reserved)
	}
	beside := filepath.Dir(real)
	if u.exists && u.conflict == Merge {
		beside = real
	}
	staged := filepath.Join(beside, temporaryName())
	if err := os.Mkdir(staged, 0o755); err != nil {
		return err
	}
	u.staged = staged
	if owner != nil {
		return os.Lchown(staged, owner.UID, owner.GID)
	}
	return nil
}

func (u *unpacked) makeParents(owner *archive.Owner) error {
	parent := filepath.Dir(u.at.path)
	for folder := parent; folder != "/"; folder = filepath.Dir(folder) {
		if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		u.made = append(u.made, folder)
	}
	if err := os.MkdirAll(parent, 0o755); err != nil || owner == nil {
		return err
	}
	for _, folder := range u.made {
		if err := os.Lchown(folder, owner.UID, owner.GID); err != nil {
			return err
		}
	}
	return nil
}
