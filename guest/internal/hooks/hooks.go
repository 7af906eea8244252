// Package hooks runs what a guest wants done after each restore, before the first call gets through.
package hooks

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nullspace.dev/guest/internal/output"
	"nullspace.dev/guest/internal/processes"
)

// Folder holds the executables.
const Folder = "/etc/nullspace/on-restore.d"

const (
	maxTime = 10 * time.Second
	// maxTotal is after how long no further one is started.
	maxTotal = 30 * time.Second
	// maxNames bounds what is read of the folder.
	maxNames = 1000
	// maxMessageBytes are kept of what a failed hook wrote.
	maxMessageBytes = 1024
)

// Failure is a hook that did not end well.
type Failure struct{ Name, Message string }

// Runner runs hooks as commands of the root account.
type Runner struct {
	// Time is what one hook may take.
	Time time.Duration

	table  *processes.Table
	folder string
}

// NewRunner runs the executables of Folder.
func NewRunner(table *processes.Table) *Runner { return NewRunnerIn(Folder, table) }

// NewRunnerIn runs the executables of another folder.
func NewRunnerIn(folder string, table *processes.Table) *Runner {
	return &Runner{table: table, folder: folder, Time: maxTime}
}

// Run runs all hooks in the order of their names, one after another.
func (r *Runner) Run(ctx context.Context, env map[string]string) (failures []Failure) {
	names, err := r.names()
	if err != nil {
		return []Failure{{Name: r.folder, Message: err.Error()}}
	}
	begun := time.Now()
	for _, name := range names {
		message := fmt.Sprintf("was not run, since those before it took longer than %v", maxTotal)
		if time.Since(begun) < maxTotal {
			message = r.runOne(ctx, filepath.Join(r.folder, name), env)
		}
		if message != "" {
			failures = append(failures, Failure{Name: name, Message: message})
		}
	}
	return failures
}

// names of the executables, sorted.
func (r *Runner) names() ([]string, error) {
	folder, err := os.Open(r.folder)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	all, err := folder.Readdirnames(maxNames + 1)
	if len(all) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(all) > maxNames {
		return nil, fmt.Errorf("holds more than %d files; none was run", maxNames)
	}
	executable := slices.DeleteFunc(all, func(name string) bool {
		info, err := os.Stat(filepath.Join(r.folder, name))
		return err != nil || strings.HasPrefix(name, ".") || !info.Mode().IsRegular() || info.Mode()&0o111 == 0
	})
	slices.Sort(executable)
	return executable, nil
}

// runOne returns what went wrong; empty: nothing.
func (r *Runner) runOne(ctx context.Context, path string, env map[string]string) string {
	process, err := r.table.Start(ctx, processes.Spec{Command: path, Env: env, Cwd: "/"}, processes.Options{Timeout: r.Time, Internal: true})
	if err != nil {
		return err.Error()
	}
	select {
	case <-process.Ended():
	case <-ctx.Done():
		return "was left to itself: the call that waited for it was given up"
	}
	exit, _ := process.Exit()
	if exit.Code == 0 {
		return ""
	}
	message := fmt.Sprintf("ended with status %d", exit.Code)
	if exit.TimedOut {
		message = fmt.Sprintf("was ended after %v", r.Time)
	}
	if said := lastWords(process.Log); said != "" {
		message += ": " + said
	}
	return message
}

func lastWords(log *output.Log) string {
	said := log.Snapshot().Output
	said = said[max(0, len(said)-maxMessageBytes):]
	return strings.TrimSpace(strings.ToValidUTF8(string(said), "\uFFFD"))
}
