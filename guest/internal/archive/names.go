package archive

import (
	"strings"

	"nullspace.dev/guest/internal/problem"
)

const (
	maxNameBytes = 4095
	maxPartBytes = 255
	maxDepth     = 256
)

// split returns the parts of a member's name; none for the folder itself.
func split(name string) (parts []string, err error) {
	refuse := func(reason string) ([]string, error) {
		return nil, problem.New(problem.ArchiveInvalidPath, shown(name), "archive member %.200q %s; nothing was unpacked", name, reason)
	}
	switch {
	case name == "":
		return refuse("has no name")
	case len(name) > maxNameBytes:
		return refuse("has a name of more than 4095 bytes")
	case strings.HasPrefix(name, "/"):
		return refuse("has an absolute name")
	case strings.IndexByte(name, 0) >= 0:
		return refuse("has a name with a NUL byte")
	}
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "..":
			return refuse("leads out of its folder")
		case len(part) > maxPartBytes:
			return refuse("has a part of more than 255 bytes")
		case part != "" && part != ".":
			parts = append(parts, part)
		}
	}
	if len(parts) > maxDepth {
		return refuse("lies more than 256 folders deep")
	}
	return parts, nil
}

// checkLink allows a link whose way leads up by whole folders first, never out of the root, and then only down. What
// such links lead through are such links again, so that no chain of them leaves the root; a part after which it went up
// again could be one.
func checkLink(parts []string, target string) error {
	refuse := func(reason string) error {
		name := strings.Join(parts, "/")
		return problem.New(problem.ArchiveInvalidLink, shown(name), "link %.200q to %.200q %s; nothing was unpacked", name, target, reason)
	}
	switch {
	case target == "":
		return refuse("leads nowhere")
	case len(target) > maxNameBytes:
		return refuse("is longer than 4095 bytes")
	case strings.HasPrefix(target, "/"):
		return refuse("is absolute")
	case strings.IndexByte(target, 0) >= 0:
		return refuse("holds a NUL byte")
	}
	up, down := 0, false
	for part := range strings.SplitSeq(target, "/") {
		switch part {
		case "", ".":
		case "..":
			if down {
				return refuse("goes up after it went down")
			}
			up++
		default:
			down = true
		}
	}
	if up >= len(parts) {
		return refuse("leads out of its folder")
	}
	return nil
}

func shown(name string) string { return strings.ToValidUTF8(name[:min(len(name), 1000)], "\uFFFD") }
