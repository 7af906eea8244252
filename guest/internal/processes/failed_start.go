package processes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"nullspace.dev/guest/internal/accounts"
	"nullspace.dev/guest/internal/output"
	"nullspace.dev/guest/internal/problem"
)

func (t *Table) failed(process *Process, spec Spec, account accounts.Account, cwd string, err error) (*Process, error) {
	switch {
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.ENOMEM):
		return nil, problem.New(problem.ProcessLimit, "", "the sandbox has no room for another process; end some, or create it with a higher limit")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil, err
	case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ENOTDIR):
		if _, statErr := os.Stat(cwd); statErr != nil {
			return nil, problem.New(problem.WorkingDirectoryMissing, cwd, "working directory %s does not exist; make it first", cwd)
		}
		return t.stillborn(process, 127, spec.Command+": no such file, or its interpreter is missing"), nil
	case errors.Is(err, syscall.EACCES) && !account.IsRoot() && !canEnter(account, cwd):
		return nil, problem.New(problem.PermissionDenied, cwd, "account %s may not enter the working directory %s", account.Name, cwd)
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return t.stillborn(process, 126, spec.Command+": permission denied"), nil
	// gVisor has the second of these for it.
	case errors.Is(err, syscall.E2BIG), errors.Is(err, syscall.ENAMETOOLONG) && (spec.Shell || len(spec.Command) < 4096):
		return t.stillborn(process, 126, spec.Command+": its arguments and environment are too long together"), nil
	case errors.Is(err, syscall.ENOEXEC):
		return t.stillborn(process, 126, spec.Command+": not a program that can be executed"), nil
	}
	return t.stillborn(process, 126, fmt.Sprintf("%s: %v", spec.Command, err)), nil
}

// stillborn remembers a command that could not be executed.
func (t *Table) stillborn(process *Process, code int32, message string) *Process {
	process.PID = t.nextSynthetic()
	process.Log.Append(output.Stderr, []byte(message+"\n"))
	t.add(process)
	process.conclude(Exit{Code: code, Spawn: time.Since(process.Started)})
	return process
}
