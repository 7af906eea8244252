// Package problem holds the errors that a caller of the agent can act on.
package problem

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// Codes of ErrorDetail in guest.proto.
const (
	FileNotFound            = "file_not_found"
	FileExists              = "file_exists"
	NotADirectory           = "not_a_directory"
	IsADirectory            = "is_a_directory"
	PermissionDenied        = "permission_denied"
	DiskFull                = "disk_full"
	InvalidPath             = "invalid_path"
	UnknownUser             = "unknown_user"
	WorkingDirectoryMissing = "working_directory_missing"
	ProcessNotFound         = "process_not_found"
	ProcessLimit            = "process_limit"
	StdinClosed             = "stdin_closed"
	StdinFull               = "stdin_full"
	SandboxPaused           = "sandbox_paused"
	Restoring               = "restoring"
	NotATerminal            = "not_a_terminal"
	InvalidPattern          = "invalid_pattern"
	NotText                 = "not_text"
	WatchLimit              = "watch_limit"
	TooManyEntries          = "too_many_entries"
	TargetExists            = "target_exists"
	ArchiveInvalid          = "archive_invalid"
	ArchiveInvalidPath      = "archive_invalid_path"
	ArchiveInvalidLink      = "archive_invalid_link"
	ArchiveUnsupportedEntry = "archive_unsupported_entry"
	ArchiveTooLarge         = "archive_too_large"
	// InvalidArgument carries no detail: the message says all.
	InvalidArgument = "invalid_argument"
)

// Reasons of InvalidPath in guest.proto.
const (
	Reserved     = "reserved"
	TooLong      = "too_long"
	TooManyLinks = "too_many_links"
	NoContent    = "no_content"
	TheRoot      = "root"
	BelowItself  = "below_itself"
	// BelowFile is one of NotADirectory.
	BelowFile = "below_file"
)

// Problem is a refusal with a stable code.
type Problem struct {
	Code string
	// Reason says more than the code where it stands for several things.
	Reason  string
	Path    string
	Message string
	Cause   error
}

func (p *Problem) Error() string { return p.Message }

func (p *Problem) Unwrap() error { return p.Cause }

// New makes a problem about path, which may be empty.
func New(code, path, format string, arguments ...any) *Problem {
	return &Problem{Code: code, Path: path, Message: fmt.Sprintf(format, arguments...)}
}

// Because gives a problem the reason behind its code.
func (p *Problem) Because(reason string) *Problem {
	p.Reason = reason
	return p
}

// FromFile turns an error of a file operation on path into a problem; others pass unchanged.
func FromFile(err error, path string) error {
	if err == nil {
		return nil
	}
	var known *Problem
	if errors.As(err, &known) {
		return err
	}
	code, text := classify(err)
	if code == "" {
		return fmt.Errorf("%s: %w", path, err)
	}
	return &Problem{Code: code, Reason: reasonOf(err), Path: path, Message: path + ": " + text, Cause: err}
}

func reasonOf(err error) string {
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return BelowFile
	case errors.Is(err, syscall.ENAMETOOLONG):
		return TooLong
	case errors.Is(err, syscall.ELOOP):
		return TooManyLinks
	case errors.Is(err, syscall.ENXIO), errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.EIO):
		return NoContent
	}
	return ""
}

func classify(err error) (code, text string) {
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return NotADirectory, "a part of the path is not a directory"
	case errors.Is(err, fs.ErrNotExist):
		return FileNotFound, "no such file or directory"
	case errors.Is(err, syscall.ENOTEMPTY):
		return FileExists, "a directory that is not empty is in the way"
	case errors.Is(err, fs.ErrExist):
		return FileExists, "already exists"
	case errors.Is(err, syscall.EISDIR):
		return IsADirectory, "is a directory"
	case errors.Is(err, syscall.EROFS):
		return PermissionDenied, "the file system is read-only"
	case errors.Is(err, fs.ErrPermission):
		return PermissionDenied, "permission denied"
	case errors.Is(err, syscall.EBUSY):
		return PermissionDenied, "is in use by the system, for example as a mount point"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return DiskFull, "the disk is full; remove files or create the sandbox with a larger disk_mb"
	case errors.Is(err, syscall.ENAMETOOLONG):
		return InvalidPath, "a name is longer than 255 bytes or the path than 4095"
	case errors.Is(err, syscall.ELOOP):
		return InvalidPath, "too many symbolic links"
	case errors.Is(err, syscall.ENXIO), errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.EIO):
		return InvalidPath, "not a file whose content can be read or written"
	case errors.Is(err, syscall.EINVAL):
		return InvalidPath, "not a valid path for this operation"
	}
	return "", ""
}
