package archive

import (
	"archive/tar"
	"fmt"
	"io"
	"os"
	"syscall"
)

// Packer writes a tar with PAX headers. Members belong to nobody, and their times are kept.
type Packer struct {
	tar *tar.Writer
	// SpecialModes keeps setuid, setgid and sticky bits.
	SpecialModes bool
}

// NewPacker begins a tar.
func NewPacker(to io.Writer) *Packer { return &Packer{tar: tar.NewWriter(to)} }

// Close writes the end.
func (p *Packer) Close() error { return p.tar.Close() }

// Add writes what is at path under a name. What is neither a file, a folder nor a link is left out.
func (p *Packer) Add(path, name string) error {
	found, err := os.Lstat(path)
	if err != nil {
		return err
	}
	header := &tar.Header{Name: name, Mode: p.modeOf(found.Mode()), ModTime: found.ModTime(), Format: tar.FormatPAX}
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

// file writes as many bytes as the file had when it was opened, whoever writes to it meanwhile.
func (p *Packer) file(path string, header *tar.Header) error {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW|syscall.O_NOCTTY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	found, err := file.Stat()
	if err != nil {
		return err
	}
	if !found.Mode().IsRegular() {
		return nil
	}
	header.Typeflag, header.Size = tar.TypeReg, found.Size()
	if err := p.tar.WriteHeader(header); err != nil {
		return err
	}
	written, err := io.CopyN(p.tar, file, header.Size)
	if err == io.EOF {
		return fmt.Errorf("%s became shorter while it was read, %d of %d bytes: try again", path, written, header.Size)
	}
	return err
}
