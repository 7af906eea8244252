package watch

import (
	"bytes"
	"unsafe"

	"golang.org/x/sys/unix"
)

// note is one message of the kernel's.
type note struct {
	id     int
	mask   uint32
	cookie uint32
	name   string
}

// parse splits what a read of inotify returned.
func parse(data []byte) (notes []note) {
	for len(data) >= unix.SizeofInotifyEvent {
		head := (*unix.InotifyEvent)(unsafe.Pointer(&data[0]))
		end := unix.SizeofInotifyEvent + int(head.Len)
		if end > len(data) {
			break
		}
		name, _, _ := bytes.Cut(data[unix.SizeofInotifyEvent:end], []byte{0})
		notes = append(notes, note{id: int(head.Wd), mask: head.Mask, cookie: head.Cookie, name: string(name)})
		data = data[end:]
	}
	return notes
}
