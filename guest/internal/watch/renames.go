package watch

import (
	"golang.org/x/sys/unix"
)

type half struct {
	cookie uint32
	name   string
	isDir  bool
}

// moved joins the two halves of a rename. One from elsewhere is a creation. What had left before is told of first: its
// second half comes next or never, and a file that went and another one that came in its place are told in this order.
func (r *reading) moved(cookie uint32, name string, isDir bool) {
	for i, from := range r.leaving {
		if from.cookie != cookie {
			continue
		}
		r.settle(r.leaving[:i])
		r.leaving = append([]half(nil), r.leaving[i+1:]...)
		if isDir {
			r.watch.tree.move(from.name, name)
		}
		r.watch.queue.put(Event{Kind: Rename, Name: name, OldName: from.name, IsDir: isDir})
		return
	}
	r.settleAll()
	r.arrive(name, isDir)
	if cookie == r.published && !isDir {
		r.watch.queue.put(Event{Kind: Write, Name: name})
	}
}

func (r *reading) settleAll() {
	r.settle(r.leaving)
	r.leaving = nil
}

// settle tells of what was moved out of the folder.
func (r *reading) settle(left []half) {
	for _, gone := range left {
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
}
