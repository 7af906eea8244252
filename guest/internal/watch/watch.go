// Package watch tells what changes in a folder. It speaks to inotify itself: the libraries for it drop the cookie that
// joins the two halves of a rename.
package watch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/accounts"
	"nullspace.dev/guest/internal/identity"
	"nullspace.dev/guest/internal/problem"
)

const (
	// maxFolders of one watch, and of all watches together.
	maxFolders    = 10_000
	maxAllFolders = 50_000
	maxWatches    = 128
	// maxQueued changes wait for a slow reader; what is more is lost and said to be.
	maxQueued = 4_096
)

// Kind of a change.
type Kind string

// Kinds as guest.proto names them, and the two that are not changes.
const (
	Create   Kind = "create"
	Write    Kind = "write"
	Remove   Kind = "remove"
	Rename   Kind = "rename"
	Chmod    Kind = "chmod"
	Overflow Kind = "overflow"
	Ended    Kind = "ended"
)

// Event is a change, or the loss of some.
type Event struct {
	Kind Kind
	// Name is relative to the folder; OldName is set when a rename began within it.
	Name, OldName string
	IsDir         bool
	// Reason of an end.
	Reason string
}

var allFolders, allWatches atomic.Int64

// Options of a watch.
type Options struct {
	// Folder is absolute and holds no links.
	Folder    string
	Account   accounts.Account
	Recursive bool
	// Hidden paths are not told of.
	Hidden func(path string) bool
}

// Watch follows one folder.
type Watch struct {
	options Options
	inotify *os.File
	tree    *tree
	reading *reading
	queue   *queue
}

// Open begins to watch. What changes after it returned is told.
func Open(options Options) (*Watch, error) {
	if allWatches.Add(1) > maxWatches {
		allWatches.Add(-1)
		return nil, problem.New(problem.WatchLimit, options.Folder, "%d watches are open, which is the limit; end one first", maxWatches)
	}
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		allWatches.Add(-1)
		return nil, problem.New(problem.WatchLimit, options.Folder, "the sandbox has no room for another watch: %v", err)
	}
	w := &Watch{options: options, inotify: os.NewFile(uintptr(fd), "inotify"), tree: newTree(), queue: newQueue()}
	w.reading = &reading{watch: w}
	if err := w.as(w.begin); err != nil {
		w.Close()
		return nil, problem.FromFile(err, options.Folder)
	}
	go w.reading.run()
	return w, nil
}

// begin returns an error that names the bound when the folder holds too many others.
func (w *Watch) begin() error {
	if err := w.add(""); err != nil {
		return err
	}
	if w.options.Recursive {
		return w.scan("", nil)
	}
	return nil
}

// Next waits for the next event. After Ended there is none.
func (w *Watch) Next(ctx context.Context) (Event, error) { return w.queue.next(ctx) }

// Close ends the watch.
func (w *Watch) Close() {
	if w.queue.close() {
		w.inotify.Close()
		allFolders.Add(-int64(w.tree.drop()))
		allWatches.Add(-1)
	}
}

func (w *Watch) as(work func() error) error { return identity.As(w.options.Account, work) }

func (w *Watch) absolute(name string) string { return filepath.Join(w.options.Folder, name) }

const interest = unix.IN_CREATE | unix.IN_MODIFY | unix.IN_ATTRIB | unix.IN_MOVED_FROM | unix.IN_MOVED_TO | unix.IN_DELETE |
	unix.IN_DELETE_SELF | unix.IN_MOVE_SELF | unix.IN_ONLYDIR | unix.IN_DONT_FOLLOW | unix.IN_EXCL_UNLINK

// add watches one folder by its name relative to the root.
func (w *Watch) add(name string) error {
	if w.tree.size() >= maxFolders || allFolders.Load() >= maxAllFolders {
		return problem.New(problem.WatchLimit, w.options.Folder, "%s holds more than %d folders, or all watches together more than %d; watch a folder below, or without recursive", w.options.Folder, maxFolders, maxAllFolders)
	}
	if err := w.mayRead(name); err != nil {
		return err
	}
	var id int
	err := w.control(func(fd int) (err error) {
		id, err = unix.InotifyAddWatch(fd, w.absolute(name), interest)
		return err
	})
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.ENOMEM) {
		return problem.New(problem.WatchLimit, w.options.Folder, "the sandbox has no room for another watch: %v", err)
	}
	if err != nil {
		return err
	}
	if w.tree.put(id, name) {
		allFolders.Add(1)
	}
	return nil
}

// mayRead asks for the right that inotify needs of a folder: gVisor's does not ask.
func (w *Watch) mayRead(name string) error {
	if w.options.Account.IsRoot() {
		return nil
	}
	fd, err := unix.Open(w.absolute(name), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

// control keeps the descriptor open while work uses it.
func (w *Watch) control(work func(fd int) error) error {
	raw, err := w.inotify.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = work(int(fd)) })
	return errors.Join(err, failed)
}
