package files

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// followLinks returns where a write to path ends up; the file itself need not exist.
func followLinks(path string) (string, error) {
	for range 40 {
		folder, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			return "", err
		}
		path = filepath.Join(folder, filepath.Base(path))
		target, err := os.Readlink(path)
		if err != nil {
			// Not a link, or nothing there.
			return path, nil
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(folder, target)
		}
		path = filepath.Clean(target)
	}
	return "", syscall.ELOOP
}

const (
	temporaryStart = ".nullspace-"
	temporaryEnd   = ".tmp"
)

func temporaryName() string {
	random := make([]byte, 8)
	rand.Read(random)
	return temporaryStart + hex.EncodeToString(random) + temporaryEnd
}

// IsHidden tells whether a path is the platform's, or what a write stages beside its target.
func IsHidden(path string) bool {
	name := filepath.Base(path)
	return IsReserved(path) || strings.HasPrefix(name, temporaryStart) && strings.HasSuffix(name, temporaryEnd)
}
