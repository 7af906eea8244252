package server

import (
	"strings"
	"time"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/files"
	"nullspace.dev/guest/internal/processes"
)

// text makes a string fit for the wire, where only UTF-8 is allowed.
func text(value string) string { return strings.ToValidUTF8(value, "\uFFFD") }

func specOf(command *guestv1.Command) processes.Spec {
	return processes.Spec{
		Command: command.GetCommand(), Args: command.GetArgs(), Shell: command.GetShell(),
		Env: command.GetEnv(), Cwd: command.GetCwd(), User: command.GetUser(),
	}
}

// timeoutOf caps what would not fit a duration: 100 years are never.
func timeoutOf(command *guestv1.Command) time.Duration {
	const longest = 100 * 365 * 24 * time.Hour
	return time.Duration(min(command.GetTimeoutMs(), uint64(longest/time.Millisecond))) * time.Millisecond
}

func processOf(process *processes.Process) *guestv1.Process {
	exit, counts := exitOf(process), process.Log.Counts()
	shown := &guestv1.Process{
		Pid: uint32(process.PID), Command: text(process.Command), Running: exit == nil, Exit: exit,
		StartedUnixMs: uint64(process.Started.UnixMilli()), Tag: process.Tag,
		StdoutBytes: counts.Stdout, StderrBytes: counts.Stderr, DroppedBytes: counts.Dropped,
	}
	if size, onTerminal := process.TerminalSize(); onTerminal {
		shown.Terminal = &guestv1.Terminal{Columns: size.Columns, Rows: size.Rows}
	}
	return shown
}

func exitOf(process *processes.Process) *guestv1.Exit {
	exit, exited := process.Exit()
	if !exited {
		return nil
	}
	return &guestv1.Exit{
		Code: exit.Code, Signal: exit.Signal, TimedOut: exit.TimedOut, Guard: exit.Guard,
		SpawnUs: uint64(exit.Spawn.Microseconds()), RunUs: uint64(exit.Run.Microseconds()),
	}
}

func infoOf(info files.Info) *guestv1.FileInfo {
	return &guestv1.FileInfo{
		Name: info.Name, Path: info.Path, Type: info.Type, Size: info.Size, Mode: info.Mode, Permissions: info.Permissions,
		Owner: text(info.Owner), Group: text(info.Group), ModifiedUnixNs: info.Modified.UnixNano(), SymlinkTarget: info.SymlinkTarget,
	}
}

func (s *Service) target(target *guestv1.Target) files.Target {
	return files.Target{Path: target.GetPath(), User: target.GetUser(), Base: s.Settings.Get().WorkingDirectory}
}
