// Package smallfile reads and writes small files by as few calls as there can be. Go's own files ask three times as often,
// most of all whether they could be waited for, and under gVisor each call costs two changes of task.
package smallfile

import "golang.org/x/sys/unix"

// pageBytes is what one call reads. What the kernel tells of itself fits.
const pageBytes = 4096

// Read returns the content of a file below an open folder, or of an absolute path.
func Read(folder int, path string) ([]byte, error) {
	fd, err := open(folder, path, unix.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	var content []byte
	for page := make([]byte, pageBytes); ; {
		n, err := retry(func() (int, error) { return unix.Read(fd, page) })
		if err != nil {
			return nil, err
		}
		content = append(content, page[:n]...)
		// Less than was asked for is the end of a file.
		if n < len(page) {
			return content, nil
		}
	}
}

// Write writes into a file that is there, by one call.
func Write(folder int, path, content string) error {
	return write(folder, path, unix.O_WRONLY, 0, content)
}

// Replace makes a file with this content, or gives it to the one that is there.
func Replace(path, content string, mode uint32) error {
	return write(unix.AT_FDCWD, path, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC, mode, content)
}

func write(folder int, path string, flags int, mode uint32, content string) error {
	fd, err := open(folder, path, flags, mode)
	if err != nil {
		return err
	}
	for rest := []byte(content); len(rest) > 0; {
		n, err := retry(func() (int, error) { return unix.Write(fd, rest) })
		if err != nil {
			unix.Close(fd)
			return err
		}
		rest = rest[n:]
	}
	return unix.Close(fd)
}

func open(folder int, path string, flags int, mode uint32) (int, error) {
	return retry(func() (int, error) { return unix.Openat(folder, path, flags|unix.O_CLOEXEC, mode) })
}

func retry(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); err != unix.EINTR {
			return n, err
		}
	}
}
