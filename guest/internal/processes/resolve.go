package processes

import (
	"maps"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/accounts"
	"nullspace.dev/guest/internal/identity"
	"nullspace.dev/guest/internal/problem"
	"nullspace.dev/guest/internal/settings"
)

// Spec is a command to start.
type Spec struct {
	Command string
	Args    []string
	Shell   bool
	Env     map[string]string
	Cwd     string
	User    string
}

// isLogin tells whether the account's shell is wanted on a terminal.
func (s Spec) isLogin(onTerminal bool) bool {
	return onTerminal && s.Command == "" && !s.Shell && len(s.Args) == 0
}

func (s Spec) check(onTerminal bool) error {
	if s.Command == "" && !s.isLogin(onTerminal) {
		return problem.New(problem.InvalidArgument, "", "command is empty; name a program, or a script with shell")
	}
	if s.Shell && len(s.Args) > 0 {
		return problem.New(problem.InvalidArgument, "", "args cannot be combined with shell; put them into command")
	}
	for _, text := range append([]string{s.Command, s.Cwd}, s.Args...) {
		if strings.IndexByte(text, 0) >= 0 {
			return problem.New(problem.InvalidArgument, "", "command, args and cwd may not hold a NUL byte")
		}
	}
	return CheckEnvironment(s.Env)
}

// CheckEnvironment refuses what cannot be a variable.
func CheckEnvironment(env map[string]string) error {
	for name, value := range env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.IndexByte(value, 0) >= 0 {
			return problem.New(problem.InvalidArgument, "", "environment variable %q: a name may not be empty or hold '=' or NUL, a value no NUL", name)
		}
	}
	return nil
}

// directory resolves the working directory and makes sure that it is there.
func directory(cwd, base string) (string, error) {
	path := filepath.Join("/", cwd)
	if !strings.HasPrefix(cwd, "/") {
		path = filepath.Join(base, cwd)
	}
	var stat unix.Stat_t
	if unix.Stat(path, &stat) != nil || stat.Mode&unix.S_IFMT != unix.S_IFDIR {
		return "", problem.New(problem.WorkingDirectoryMissing, path, "working directory %s does not exist or is not a directory; make it first", path)
	}
	return path, nil
}

// canEnter tells whether the account may use a directory.
func canEnter(account accounts.Account, path string) bool {
	return identity.As(account, func() error {
		return unix.Faccessat(unix.AT_FDCWD, path, unix.X_OK, unix.AT_EACCESS)
	}) == nil
}

// program returns the file to execute and its arguments. The file may turn out not to exist.
func (s Spec) program(env []string, cwd string) (file string, argv []string) {
	if s.Shell {
		shell := "/bin/bash"
		if !isExecutable(shell) {
			shell = "/bin/sh"
		}
		return shell, []string{shell, "-c", s.Command}
	}
	argv = append([]string{s.Command}, s.Args...)
	if strings.Contains(s.Command, "/") {
		return s.Command, argv
	}
	return lookUp(s.Command, variable(env, "PATH"), cwd), argv
}

// lookUp searches PATH as a shell does: a file that cannot be executed counts only when nothing better follows.
func lookUp(name, path, cwd string) string {
	var second string
	for _, folder := range filepath.SplitList(path) {
		if !filepath.IsAbs(folder) {
			folder = filepath.Join(cwd, folder)
		}
		candidate := folder + "/" + name
		if isExecutable(candidate) {
			return candidate
		}
		if info, err := os.Stat(candidate); err == nil && second == "" && info.Mode().IsRegular() {
			second = candidate
		}
	}
	return second
}

func isExecutable(path string) bool {
	var stat unix.Stat_t
	return unix.Stat(path, &stat) == nil && stat.Mode&unix.S_IFMT == unix.S_IFREG && stat.Mode&0o111 != 0
}

func variable(env []string, name string) string {
	for _, assignment := range env {
		if value, found := strings.CutPrefix(assignment, name+"="); found {
			return value
		}
	}
	return ""
}

// environment is that of the request; programs on a terminal are told its type.
func (s Spec) environment(values settings.Values, onTerminal bool) map[string]string {
	if !onTerminal {
		return s.Env
	}
	env := maps.Clone(s.Env)
	if env == nil {
		env = map[string]string{}
	}
	for _, set := range []map[string]string{s.Env, values.Env, values.ImageEnv} {
		if _, found := set["TERM"]; found {
			return env
		}
	}
	env["TERM"] = terminalType
	return env
}

// describe is what lists show of the command.
func (s Spec) describe() string {
	const longest = 4096
	text := strings.Join(append([]string{s.Command}, s.Args...), " ")
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}
