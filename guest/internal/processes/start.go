package processes

import (
	"context"
	"errors"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/accounts"
	"nullspace.dev/guest/internal/output"
	"nullspace.dev/guest/internal/problem"
	"nullspace.dev/guest/internal/settings"
)

// Marker is the variable by which processes that left their session are still found where the kernel has no groups.
const Marker = "NULLSPACE_COMMAND"

// refusalPatience is how long a start waits while the process ceiling refuses it.
const refusalPatience = 2 * time.Second

// Options of a start.
type Options struct {
	// Timeout kills the whole tree when it has passed; 0: never.
	Timeout time.Duration
	// Stdin gives the command an open pipe; without it its input is empty.
	Stdin bool
	// CaptureBytes of each stream are kept for Collect.
	CaptureBytes uint64
	// Terminal gives the command a pseudo-terminal of this size in the place of pipes; without a command the account's
	// login shell.
	Terminal *Size
	// Tag is repeated in lists.
	Tag string
	// Internal commands are the agent's own, of no interest to callers.
	Internal bool
	// Piped commands belong to the one reader of their output: see pipedLimits and HangUp.
	Piped bool
	// SFTP runs the agent's own SFTP server in the place of a program.
	SFTP bool
}

// Start starts a command. A program that cannot be executed is an ended command with code 127 or 126.
func (t *Table) Start(ctx context.Context, spec Spec, options Options) (*Process, error) {
	begun := time.Now()
	onTerminal := options.Terminal != nil
	if options.SFTP {
		spec = Spec{Command: "sftp", Env: spec.Env, Cwd: spec.Cwd, User: spec.User}
	}
	if err := spec.check(onTerminal); err != nil {
		return nil, err
	}
	if err := options.check(); err != nil {
		return nil, err
	}
	account, err := accounts.Find(spec.User)
	if err != nil {
		return nil, err
	}
	values := t.settings.Get()
	cwd, err := directory(spec.Cwd, values.WorkingDirectory)
	if err != nil {
		return nil, err
	}
	process := &Process{
		Command: spec.describe(), Started: begun, table: t,
		marker:   t.run + "-" + strconv.FormatUint(t.sequence.Add(1), 36),
		Internal: options.Internal, Tag: options.Tag,
		Log:   output.NewLog(t.budget, t.limits, options.CaptureBytes),
		piped: options.Piped,
		done:  make(chan struct{}), ended: make(chan struct{}),
	}
	if options.Piped {
		process.Log = output.NewLog(t.budget, pipedLimits, 0)
	}
	var marker []string
	if !t.ceiling.Enforced() {
		marker = []string{Marker + "=" + process.marker}
	}
	env := values.Compose(settings.Identity{Name: account.Name, Home: account.Home}, spec.environment(values, onTerminal), marker...)
	file, argv := spec.program(env, cwd)
	if spec.isLogin(onTerminal) {
		file, argv = loginShell(account)
		process.Command = file
	}
	if options.SFTP {
		file, argv = sftpServer()
	}
	if file == "" {
		return t.stillborn(process, 127, spec.Command+": command not found"), nil
	}
	ends, err := process.open(options)
	if err != nil {
		return nil, err
	}
	sys := &syscall.SysProcAttr{Setsid: true, Setctty: onTerminal, Credential: credential(account)}
	attr := &syscall.ProcAttr{Dir: cwd, Env: env, Files: ends.child(), Sys: sys}
	group, err := t.ceiling.Take()
	if err != nil {
		ends.closeChild()
		ends.closeParent()
		return nil, problem.New(problem.ProcessLimit, "", "no process group for another command: %v", err)
	}
	if group != nil {
		attr.Sys.UseCgroupFD, attr.Sys.CgroupFD = true, group.Folder()
		// Takes all signal handlers away at once, see guest/toolchain; only starts into a group know this flag.
		attr.Sys.Cloneflags = unix.CLONE_CLEAR_SIGHAND
		process.group = group
	}
	err = t.reaper.start(
		func() (int, error) {
			pid, err := t.fork(ctx, file, argv, attr)
			process.spawned = time.Now()
			process.spawn = process.spawned.Sub(begun)
			return pid, err
		},
		func(pid int) exited {
			process.PID = pid
			process.stdin = ends.stdin()
			process.pumps = ends.pumps(process)
			process.unread = len(process.pumps)
			t.add(process)
			return process.finish
		})
	ends.closeChild()
	if err != nil {
		ends.closeParent()
		if group != nil {
			process.group = nil
			t.ceiling.Return(group)
		}
		return t.failed(process, spec, account, cwd, err)
	}
	for _, pump := range process.pumps {
		go pump.run()
	}
	if options.Timeout > 0 {
		process.limitTime(options.Timeout)
	}
	return process, nil
}

const maxTagBytes = 256

func (o Options) check() error {
	if len(o.Tag) > maxTagBytes {
		return problem.New(problem.InvalidArgument, "", "tag has %d bytes; at most %d are allowed", len(o.Tag), maxTagBytes)
	}
	if o.Terminal != nil {
		return o.Terminal.check()
	}
	return nil
}

func (p *Process) open(options Options) (ends, error) {
	if options.Terminal == nil {
		return openPipes(options.Stdin)
	}
	terminal, err := openTerminal(*options.Terminal)
	if err != nil {
		return nil, err
	}
	p.terminal = terminal
	return terminal, nil
}

// fork retries while the process ceiling refuses, since commands that end make room; for as long as forks are refused only
// until a guard has made room, the patience does not run out.
func (t *Table) fork(ctx context.Context, file string, argv []string, attr *syscall.ProcAttr) (int, error) {
	deadline := time.Now().Add(refusalPatience)
	for {
		pid, err := 0, error(syscall.EAGAIN)
		if !t.overCounted() {
			pid, err = syscall.ForkExec(file, argv, attr)
		}
		if t.ceiling.Frozen() {
			deadline = time.Now().Add(refusalPatience)
		}
		if !errors.Is(err, syscall.EAGAIN) || time.Now().After(deadline) {
			return pid, err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// credential is nil for plain root, which saves the child three calls.
func credential(account accounts.Account) *syscall.Credential {
	if account.UID == 0 && account.GID == 0 && (len(account.Groups) == 0 || len(account.Groups) == 1 && account.Groups[0] == 0) {
		return nil
	}
	return &syscall.Credential{Uid: account.UID, Gid: account.GID, Groups: account.Groups}
}
