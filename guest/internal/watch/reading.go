package watch

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

const (
	readBytes = 64 << 10
	// otherHalf is how long the first half of a rename waits for the second.
	otherHalf = 20 * time.Millisecond
)

// reading turns the kernel's notes into events. It is used by one goroutine.
type reading struct {
	watch *Watch
	// leaving are the first halves of renames, in their order.
	leaving []half
	// published is of the last rename that began at a hidden name: what was staged there comes with its content.
	published uint32
	// told are names that scans since the last complete read have told of, before those of the scans before it. The
	// notes of the time of a scan come with the next complete read at the latest.
	told, before map[string]bool
}

func (r *reading) run() {
	buffer := make([]byte, readBytes)
	for {
		if len(r.leaving) > 0 {
			r.watch.inotify.SetReadDeadline(time.Now().Add(otherHalf))
		} else {
			r.watch.inotify.SetReadDeadline(time.Time{})
		}
		n, err := r.watch.inotify.Read(buffer)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			r.settleAll()
			continue
		}
		if err != nil {
			return
		}
		for _, note := range parse(buffer[:n]) {
			if over := r.take(note); over {
				return
			}
		}
		// A short read took all that was there.
		if n < len(buffer)/2 {
			r.told, r.before = nil, r.told
		}
	}
}

// take returns true when the watch is over.
func (r *reading) take(n note) bool {
	w := r.watch
	if n.mask&unix.IN_Q_OVERFLOW != 0 {
		w.queue.put(Event{Kind: Overflow})
		r.leaving, r.told, r.before = nil, nil, nil
		// Folders made meanwhile are watched from now on.
		if w.options.Recursive {
			w.as(func() error { return w.scan("", nil) })
		}
		return false
	}
	folder, known := w.tree.name(n.id)
	if !known {
		return false
	}
	if n.mask&unix.IN_IGNORED != 0 {
		r.forget(n.id)
	}
	if n.name == "" {
		return folder == "" && r.rootGone(n.mask)
	}
	name := filepath.Join(folder, n.name)
	if w.options.Hidden(w.absolute(name)) {
		if n.mask&unix.IN_MOVED_FROM != 0 {
			r.published = n.cookie
		}
		return false
	}
	r.change(n, name, n.mask&unix.IN_ISDIR != 0)
	return false
}

func (r *reading) rootGone(mask uint32) bool {
	reason := ""
	switch {
	case mask&(unix.IN_DELETE_SELF|unix.IN_IGNORED) != 0:
		reason = "the folder was removed"
	case mask&unix.IN_MOVE_SELF != 0:
		reason = "the folder was moved"
	case mask&unix.IN_UNMOUNT != 0:
		reason = "the file system of the folder was unmounted"
	default:
		return false
	}
	r.settleAll()
	r.watch.queue.put(Event{Kind: Ended, Reason: reason})
	return true
}

func (r *reading) change(n note, name string, isDir bool) {
	w := r.watch
	if n.mask&unix.IN_MOVED_TO == 0 && n.mask&unix.IN_MOVED_FROM == 0 && len(r.leaving) > 0 {
		r.settleAll()
	}
	switch {
	case n.mask&unix.IN_CREATE != 0:
		r.arrive(name, isDir)
	case n.mask&unix.IN_MODIFY != 0:
		w.queue.put(Event{Kind: Write, Name: name})
	case n.mask&unix.IN_ATTRIB != 0:
		w.queue.put(Event{Kind: Chmod, Name: name, IsDir: isDir})
	case n.mask&unix.IN_DELETE != 0:
		r.wasTold(name)
		w.queue.put(Event{Kind: Remove, Name: name, IsDir: isDir})
	case n.mask&unix.IN_MOVED_FROM != 0:
		r.wasTold(name)
		r.leaving = append(r.leaving, half{cookie: n.cookie, name: name, isDir: isDir})
	case n.mask&unix.IN_MOVED_TO != 0:
		r.moved(n.cookie, name, isDir)
	}
}

// arrive tells of what is new. A folder may have been filled before it was watched: what is in it is told of too, and
// once only.
func (r *reading) arrive(name string, isDir bool) {
	w := r.watch
	if r.wasTold(name) {
		return
	}
	w.queue.put(Event{Kind: Create, Name: name, IsDir: isDir})
	if !isDir || !w.options.Recursive {
		return
	}
	err := w.as(func() error {
		if err := w.add(name); err != nil {
			return err
		}
		return w.scan(name, func(below string, isDir bool) {
			if r.told == nil {
				r.told = map[string]bool{}
			}
			r.told[below] = true
			w.queue.put(Event{Kind: Create, Name: below, IsDir: isDir})
		})
	})
	// Gone again, or not to be read: nothing below it can be told. Past the limit some of it is lost.
	if err != nil && !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.EACCES) && !errors.Is(err, unix.ENOTDIR) {
		w.queue.put(Event{Kind: Overflow})
	}
}

// wasTold tells whether a scan has told of a name, once.
func (r *reading) wasTold(name string) bool {
	told := r.told[name] || r.before[name]
	delete(r.told, name)
	delete(r.before, name)
	return told
}

func (r *reading) forget(id int) {
	if r.watch.tree.forget(id) {
		allFolders.Add(-1)
	}
}
