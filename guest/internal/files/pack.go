package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"

	"nullspace.dev/guest/internal/archive"
	"nullspace.dev/guest/internal/problem"
)

// Pack writes what is below a folder as a tar. What the account may not read is an error, not left out.
func Pack(ctx context.Context, target Target, to io.Writer, specialModes bool) error {
	at, err := target.resolve()
	if err != nil {
		return err
	}
	err = at.as(func() error {
		root, err := at.searchable()
		if err != nil {
			return err
		}
		packer := archive.NewPacker(to)
		packer.SpecialModes = specialModes
		err = walk(ctx, root, walking{contents: true, strict: true}, func(path string, _ fs.DirEntry) error {
			if IsReserved(path) {
				return nil
			}
			name := strings.TrimPrefix(strings.TrimPrefix(path, root), "/")
			err := packer.Add(path, name)
			if errors.Is(err, fs.ErrNotExist) {
				// Removed since its name was read.
				return nil
			}
			return problem.FromFile(err, path)
		})
		if err != nil {
			return err
		}
		return packer.Close()
	})
	return problem.FromFile(err, at.path)
}
