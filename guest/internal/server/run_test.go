package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/settings"
)

func TestRunAnswersWithOutputAndCode(t *testing.T) {
	result := runCommand(t, shell("echo out; echo err >&2; exit 3"))
	if string(result.Stdout) != "out\n" || string(result.Stderr) != "err\n" || result.Exit.Code != 3 || result.Pid == 0 {
		t.Fatalf("%v", result)
	}
	if result.Exit.SpawnUs == 0 || result.Exit.RunUs == 0 {
		t.Fatalf("times are missing: %v", result.Exit)
	}
}

func TestRunPassesArgumentsUntouched(t *testing.T) {
	result := runCommand(t, &guestv1.Command{Command: "printf", Args: []string{"[%s]", "a b", "$HOME", "", "*"}})
	if got := string(result.Stdout); got != "[a b][$HOME][][*]" {
		t.Fatalf("got %q", got)
	}
}

func TestRunFeedsStdin(t *testing.T) {
	input := strings.Repeat("0123456789", 100_000)
	response := must[*connect.Response[guestv1.RunResponse]](t)(agent.Run(deadline(t), connect.NewRequest(&guestv1.RunRequest{
		Command: &guestv1.Command{Command: "cat"}, Stdin: []byte(input)})))
	if string(response.Msg.Stdout) != input {
		t.Fatalf("%d bytes came back", len(response.Msg.Stdout))
	}
	if got := runCommand(t, shell("cat; echo end")); string(got.Stdout) != "end\n" {
		t.Fatalf("an empty stdin gave %q", got.Stdout)
	}
}

func TestRunCutsOutputAndDrainsTheRest(t *testing.T) {
	response := must[*connect.Response[guestv1.RunResponse]](t)(agent.Run(deadline(t), connect.NewRequest(&guestv1.RunRequest{
		Command: shell("head -c 20000000 /dev/zero; echo kept >&2"), MaxOutputBytes: 12_000_000})))
	message := response.Msg
	if len(message.Stdout) != 12_000_000 || !message.StdoutTruncated || string(message.Stderr) != "kept\n" || message.StderrTruncated || message.Exit.Code != 0 {
		t.Fatalf("%d bytes, truncated %v, stderr %q, exit %v", len(message.Stdout), message.StdoutTruncated, message.Stderr, message.Exit)
	}
}

func TestProgramsThatCannotRun(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(filepath.Join(folder, "data"), []byte("x"), 0o644)
	os.WriteFile(filepath.Join(folder, "garbage"), []byte("x"), 0o755)
	os.WriteFile(filepath.Join(folder, "orphan"), []byte("#!/no/such/interpreter\n"), 0o755)
	for command, want := range map[string]int32{
		"no-such-program": 127, "/no/such/program": 127, folder + "/data": 126, folder + "/garbage": 126,
		folder + "/orphan": 127, folder: 126,
	} {
		result := runCommand(t, &guestv1.Command{Command: command})
		if result.Exit.Code != want || !strings.HasPrefix(string(result.Stderr), command+": ") || result.Pid == 0 {
			t.Errorf("%s: %v %q", command, result.Exit, result.Stderr)
		}
		read := must[*connect.Response[guestv1.ReadOutputResponse]](t)(agent.ReadOutput(deadline(t), connect.NewRequest(&guestv1.ReadOutputRequest{Pid: result.Pid})))
		if read.Msg.Exit.GetCode() != want {
			t.Errorf("%s is not remembered: %v", command, read.Msg)
		}
	}
}

func TestTooManyArgumentsAreToldAsWhatTheyAre(t *testing.T) {
	arguments := make([]string, 30)
	for i := range arguments {
		arguments[i] = strings.Repeat("x", 100_000)
	}
	result := runCommand(t, &guestv1.Command{Command: "echo", Args: arguments})
	if result.Exit.Code != 126 || string(result.Stderr) != "echo: its arguments and environment are too long together\n" {
		t.Fatalf("%v %.200q", result.Exit, result.Stderr)
	}
}

func TestRefusedCommands(t *testing.T) {
	for want, command := range map[string]*guestv1.Command{
		"working_directory_missing": {Command: "true", Cwd: "/no/such/folder"},
		"unknown_user":              {Command: "true", User: "no-such-user"},
		"permission_denied":         {Command: "true", User: "nobody", Cwd: "/root"},
	} {
		if want == "permission_denied" {
			os.Chmod("/root", 0o700)
		}
		if _, err := agent.Run(deadline(t), connect.NewRequest(&guestv1.RunRequest{Command: command})); code(t, err) != want {
			t.Errorf("%v: %v", command, err)
		}
	}
	for _, command := range []*guestv1.Command{
		{}, {Command: "echo", Args: []string{"x"}, Shell: true}, {Command: "a\x00b"}, {Command: "true", Env: map[string]string{"a=b": "c"}},
		{Command: "true", Env: map[string]string{"": "c"}}, {Command: "true", Args: []string{"\x00"}},
	} {
		if _, err := agent.Run(deadline(t), connect.NewRequest(&guestv1.RunRequest{Command: command})); code(t, err) != "invalid_argument" {
			t.Errorf("%v: %v", command, err)
		}
	}
}

func TestEnvironmentIsLayered(t *testing.T) {
	before := service.Settings.Get()
	defer service.Settings.Set(before)
	folder := t.TempDir()
	service.Settings.Set(settings.Values{
		WorkingDirectory: folder,
		ImageEnv:         map[string]string{"A": "image", "B": "image", "C": "image", "HOME": "/image"},
		Env:              map[string]string{"B": "configured", "C": "configured"},
	})
	script := "echo $A $B $C $HOME $USER $LOGNAME; pwd; id -un; id -gn"
	result := runCommand(t, &guestv1.Command{Command: script, Shell: true, Env: map[string]string{"C": "request"}})
	if want := "image configured request /root root root\n" + folder + "\nroot\nroot\n"; string(result.Stdout) != want {
		t.Fatalf("got %q, want %q", result.Stdout, want)
	}
	result = runCommand(t, &guestv1.Command{Command: "echo $HOME $USER; id -un", Shell: true, User: "daemon", Cwd: "/"})
	if want := "/usr/sbin daemon\ndaemon\n"; string(result.Stdout) != want {
		t.Fatalf("got %q, want %q", result.Stdout, want)
	}
	os.Mkdir(folder+"/below", 0o755)
	if result = runCommand(t, &guestv1.Command{Command: "pwd", Cwd: "below"}); string(result.Stdout) != folder+"/below\n" {
		t.Fatalf("got %q", result.Stdout)
	}
	if result = runCommand(t, shell("env | grep -c NULLSPACE_AGENT")); string(result.Stdout) != "0\n" {
		t.Fatalf("the agent's own environment leaks: %q", result.Stdout)
	}
}

func TestSignalsEndWith128(t *testing.T) {
	if result := runCommand(t, shell("kill -TERM $$")); result.Exit.Code != 143 || result.Exit.Signal != 15 || result.Exit.TimedOut {
		t.Fatalf("%v", result.Exit)
	}
}

func TestTimeoutKillsTheWholeTree(t *testing.T) {
	mark := fmt.Sprintf("7%d", os.Getpid())
	command := shell(fmt.Sprintf("setsid sleep %s & (setsid sleep %s &); (trap '' TERM INT HUP; sleep %s) & echo begun; sleep %s", mark, mark, mark, mark))
	command.TimeoutMs = 3000
	result := runCommand(t, command)
	if result.Exit.Code != 124 || !result.Exit.TimedOut || string(result.Stdout) != "begun\n" {
		t.Fatalf("%v %q", result.Exit, result.Stdout)
	}
	eventually(t, "all of the tree is gone", func() bool { return living("sleep "+mark) == 0 })
}

func TestRunReturnsThoughABackgroundChildHoldsThePipe(t *testing.T) {
	result := runCommand(t, shell("(while [ ! -e $0.go ]; do sleep 0.01; done; echo late; rm $0.go) & echo early"))
	if string(result.Stdout) != "early\n" || result.Exit.Code != 0 {
		t.Fatalf("%v", result)
	}
	must[*connect.Response[guestv1.SignalResponse]](t)(agent.Signal(deadline(t), connect.NewRequest(&guestv1.SignalRequest{Pid: result.Pid, Signal: 9})))
}

func TestOutputOfABackgroundChildIsKept(t *testing.T) {
	gate := filepath.Join(t.TempDir(), "gate")
	result := runCommand(t, shell("(while [ ! -e "+gate+" ]; do sleep 0.01; done; echo late) & echo early"))
	os.WriteFile(gate, nil, 0o644)
	eventually(t, "the late output is there", func() bool {
		read, err := agent.ReadOutput(deadline(t), connect.NewRequest(&guestv1.ReadOutputRequest{Pid: result.Pid}))
		return err == nil && string(read.Msg.Stdout) == "early\nlate\n"
	})
}

func TestACommandOutlivesItsCaller(t *testing.T) {
	folder := t.TempDir()
	ctx, hangUp := context.WithCancel(context.Background())
	answered := make(chan error, 1)
	go func() {
		command := shell("touch begun; while [ ! -e go ]; do sleep 0.01; done; echo done")
		command.Cwd, command.TimeoutMs = folder, 60_000
		_, err := agent.Run(ctx, connect.NewRequest(&guestv1.RunRequest{Command: command}))
		answered <- err
	}()
	eventually(t, "the command runs", func() bool { _, err := os.Stat(folder + "/begun"); return err == nil })
	hangUp()
	if err := <-answered; err == nil {
		t.Fatal("the call was answered")
	}
	list := must[*connect.Response[guestv1.ListProcessesResponse]](t)(agent.ListProcesses(deadline(t), connect.NewRequest(&guestv1.ListProcessesRequest{})))
	last := list.Msg.Processes[len(list.Msg.Processes)-1]
	if !last.Running || !strings.HasPrefix(last.Command, "touch begun") {
		t.Fatalf("last is %v", last)
	}
	os.WriteFile(folder+"/go", nil, 0o644)
	if got := follow(t, &guestv1.AttachRequest{Pid: last.Pid}, nil); got.stdout.String() != "done\n" || got.exit.GetCode() != 0 {
		t.Fatalf("%q %v", got.stdout.String(), got.exit)
	}
}
