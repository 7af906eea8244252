package server

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"nullspace.dev/guest/gen/guestv1"
)

// programs that take a whole terminal, what each shows first, and the keys that leave it.
var programs = []struct {
	name, start, shows string
	steps              []step
}{
	{"python3", "python3 -q", ">>> ", []step{
		{"print(6*7)\r", "42"},
		// A signal that comes just before a sleep begins is seen after it, so it is a short one.
		{"import time; print('be' + 'gun'); [time.sleep(0.1) for _ in range(6000)]\r", "begun"}, {"\x03", "KeyboardInterrupt"},
		// A line that comes before the prompt waits for it; what ends the input would be lost.
		{"exit()\r", ""},
	}},
	{"top", "top", "%Cpu", []step{{"q", ""}}},
	{"vim", "vim -u NONE -n \"$FILE\"", "\x1b[?1049h", []step{{"ihello\x1b", "hello"}, {":wq\r", ""}}},
	{"tmux", "tmux -L \"guest-$$\" -f /dev/null new-session 'stty size; cat'", "23 80", []step{{"typed\r", "typed"}, {"\x04", ""}}},
}

type step struct{ keys, shows string }

func TestProgramsThatTakeAWholeTerminal(t *testing.T) {
	for _, program := range programs {
		t.Run(program.name, func(t *testing.T) {
			if _, err := exec.LookPath(program.name); err != nil {
				t.Skip("not installed here")
			}
			file := t.TempDir() + "/file"
			command := shell("exec " + program.start)
			command.Env = map[string]string{"FILE": file, "LANG": "C.UTF-8", "PATH": os.Getenv("PATH")}
			pid := startTerminal(t, command, 80, 24)
			follow(t, &guestv1.AttachRequest{Pid: pid}, until(program.shows))
			for _, step := range program.steps {
				typeInto(t, pid, step.keys)
				if step.shows != "" {
					follow(t, &guestv1.AttachRequest{Pid: pid}, until(step.shows))
				}
			}
			if got := follow(t, &guestv1.AttachRequest{Pid: pid}, nil); got.exit.GetCode() != 0 {
				t.Fatalf("exit %v after %q", got.exit, got.stdout.String())
			}
			if content, _ := os.ReadFile(file); program.name == "vim" && strings.TrimSpace(string(content)) != "hello" {
				t.Fatalf("vim wrote %q", content)
			}
		})
	}
}
