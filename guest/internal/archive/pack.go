package archive

import (
	"archive/tar"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Packer writes a tar with PAX headers. Members belong to nobody, and their times are kept to the second: a fraction would
// cost each of them two blocks more.
type Packer struct {
	tar    *tar.Writer
	buffer []byte
	// SpecialModes keeps setuid, setgid and sticky bits.
	SpecialModes bool
}

// NewPacker begins a tar.
func NewPacker(to io.Writer) *Packer {
	return &Packer{tar: tar.NewWriter(to), buffer: make([]byte, 64<<10)}
}

// Close writes the end.
func (p *Packer) Close() error { return p.tar.Close() }

// Add writes what is at path under a name. What is neither a file, a folder nor a link is left out.
func (p *Packer) Add(path, name string) error {
	found, err := os.Lstat(path)
	if err != nil {
		return err
	}
	header := &tar.Header{Name: name, Mode: p.modeOf(found.Mode()), ModTime: found.ModTime().Truncate(time.Second), Format: tar.FormatPAX}
	switch {
	case found.IsDir():
		header.Typeflag, header.Name = tar.TypeDir, name+"/"
	case found.Mode()&os.ModeSymlink != 0:
		header.Typeflag = tar.TypeSymlink
		if header.Linkname, err = os.Readlink(path); err != nil {
			return err
		}
	case found.Mode().IsRegular():
		return p.file(path, header)
	default:
		return nil
	}
	return p.tar.WriteHeader(header)
}

func (p *Packer) modeOf(mode os.FileMode) int64 {
	bits := int64(mode.Perm())
	if !p.SpecialModes {
		return bits
	}
	for flag, bit := range map[os.FileMode]int64{os.ModeSetuid: 0o4000, os.ModeSetgid: 0o2000, os.ModeSticky: 0o1000} {
		if mode&flag != 0 {
			bits |= bit
		}
	}
	return bits
}

// file writes as many bytes as the file had when it was opened, whoever writes to it meanwhile. It calls the kernel
// itself: what package os does besides for each file takes longer in gVisor than the reading of a small one.
func (p *Packer) file(path string, header *tar.Header) error {
	fd, err := retried(func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var found unix.Stat_t
	if err := unix.Fstat(fd, &found); err != nil {
		return err
	}
	if found.Mode&unix.S_IFMT != unix.S_IFREG {
		return nil
	}
	header.Typeflag, header.Size = tar.TypeReg, found.Size
	if err := p.tar.WriteHeader(header); err != nil {
		return err
	}
	for left := header.Size; left > 0; {
		n, err := retried(func() (int, error) { return unix.Read(fd, p.buffer[:min(left, int64(len(p.buffer)))]) })
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%s became shorter while it was read, %d of %d bytes: try again", path, header.Size-left, header.Size)
		}
		if _, err := p.tar.Write(p.buffer[:n]); err != nil {
			return err
		}
		left -= int64(n)
	}
	return nil
}

func retried(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != unix.EINTR {
			return n, err
		}
	}
}
