package watch

import (
	"errors"
	"os"
	"path/filepath"

	"nullspace.dev/guest/internal/problem"
)

// scan watches the folders below one and calls found for all that is there. Folders that vanish or may not be read are
// passed over.
func (w *Watch) scan(name string, found func(name string, isDir bool)) error {
	pending := []string{name}
	for len(pending) > 0 {
		folder := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		directory, err := os.Open(w.absolute(folder))
		if err != nil {
			continue
		}
		for {
			entries, err := directory.ReadDir(512)
			for _, entry := range entries {
				below := filepath.Join(folder, entry.Name())
				if w.options.Hidden(w.absolute(below)) {
					continue
				}
				if entry.IsDir() {
					var limit *problem.Problem
					if err := w.add(below); errors.As(err, &limit) {
						directory.Close()
						return err
					}
					pending = append(pending, below)
				}
				if found != nil {
					found(below, entry.IsDir())
				}
			}
			if err != nil {
				break
			}
		}
		directory.Close()
	}
	return nil
}
