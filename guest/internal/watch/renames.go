package watch

import (
	"golang.org/x/sys/unix"
)

type half struct {
	cookie uint32
	name   string
	isDir  bool
}

// moved joins the two halves of a rename. One from elsewhere is a creation.
func (r *reading) moved(cookie uint32, name string, isDir bool) {
	for i, from := range r.leaving {
		if from.cookie != cookie {
			continue
		}
		r.leaving = append(r.leaving[:i:i], r.leaving[i+1:]...)
		if isDir {
			r.watch.tree.move(from.name, name)
		}
		r.watch.queue.put(Event{Kind: Rename, Name: name, OldName: from.name, IsDir: isDir})
		return
	}
	r.arrive(name, isDir)
	if cookie == r.published && !isDir {
		r.watch.queue.put(Event{Kind: Write, Name: name})
	}
}

// settle tells of what was moved out of the folder.
func (r *reading) settle() {
	for _, gone := range r.leaving {
		if gone.isDir {
			for _, id := range r.watch.tree.below(gone.name) {
				r.watch.control(func(fd int) error {
					_, err := unix.InotifyRmWatch(fd, uint32(id))
					return err
				})
				r.forget(id)
			}
		}
		r.watch.queue.put(Event{Kind: Remove, Name: gone.name, IsDir: gone.isDir})
	}
	r.leaving = nil
}
