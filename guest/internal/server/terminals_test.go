package server

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

func startTerminal(t testing.TB, command *guestv1.Command, columns, rows uint32) uint32 {
	t.Helper()
	request := &guestv1.StartRequest{Command: command, Terminal: &guestv1.Terminal{Columns: columns, Rows: rows}, Tag: "terminal"}
	pid := must[*connect.Response[guestv1.StartResponse]](t)(agent.Start(deadline(t), ask(request))).Msg.Pid
	t.Cleanup(func() {
		agent.Signal(context.Background(), connect.NewRequest(&guestv1.SignalRequest{Pid: pid, Signal: 9}))
	})
	return pid
}

func typeInto(t testing.TB, pid uint32, keys string) {
	t.Helper()
	must[*connect.Response[guestv1.WriteStdinResponse]](t)(agent.WriteStdin(deadline(t), ask(&guestv1.WriteStdinRequest{Pid: pid, Data: []byte(keys)})))
}

func until(text string) func(*attached) bool {
	return func(a *attached) bool { return strings.Contains(a.stdout.String(), text) }
}

func TestALoginShellOnATerminal(t *testing.T) {
	pid := startTerminal(t, &guestv1.Command{}, 91, 23)
	typeInto(t, pid, "stty size; echo \"<$TERM $0>\"; tty\r")
	got := follow(t, &guestv1.AttachRequest{Pid: pid}, until("/dev/pts/")).stdout.String()
	if !strings.Contains(got, "23 91") || !strings.Contains(got, "<xterm-256color -") {
		t.Fatalf("%q", got)
	}
	must[*connect.Response[guestv1.ResizeTerminalResponse]](t)(agent.ResizeTerminal(deadline(t), ask(&guestv1.ResizeTerminalRequest{Pid: pid, Terminal: &guestv1.Terminal{Columns: 132, Rows: 50}})))
	typeInto(t, pid, "stty size\r")
	follow(t, &guestv1.AttachRequest{Pid: pid}, until("50 132"))
	list := must[*connect.Response[guestv1.ListProcessesResponse]](t)(agent.ListProcesses(deadline(t), ask(&guestv1.ListProcessesRequest{})))
	var listed *guestv1.Process
	for _, process := range list.Msg.Processes {
		if process.Pid == pid {
			listed = process
		}
	}
	if listed.GetTag() != "terminal" || listed.GetTerminal().GetColumns() != 132 || !strings.HasPrefix(listed.GetCommand(), "/bin/") {
		t.Fatalf("%v", listed)
	}
	typeInto(t, pid, "exit 3\r")
	if exit := follow(t, &guestv1.AttachRequest{Pid: pid}, nil).exit; exit.GetCode() != 3 {
		t.Fatalf("exit %v", exit)
	}
	if _, err := agent.ResizeTerminal(deadline(t), ask(&guestv1.ResizeTerminalRequest{Pid: pid, Terminal: &guestv1.Terminal{Columns: 1, Rows: 1}})); err != nil {
		t.Fatalf("the size of an ended terminal: %v", err)
	}
}

func TestKeysThatSignalAndEndInput(t *testing.T) {
	pid := startTerminal(t, shell("trap 'echo interrupted' INT; echo ready; cat; echo after; cat; exit 7"), 80, 24)
	follow(t, &guestv1.AttachRequest{Pid: pid}, until("ready"))
	// The shell alone would hear the key and go on.
	eventually(t, "the program runs", func() bool { return listed(t, pid).ProcessCount == 2 })
	typeInto(t, pid, "\x03")
	follow(t, &guestv1.AttachRequest{Pid: pid}, until("after"))
	must[*connect.Response[guestv1.WriteStdinResponse]](t)(agent.WriteStdin(deadline(t), ask(&guestv1.WriteStdinRequest{Pid: pid, Data: []byte("line\r"), Close: true})))
	got := follow(t, &guestv1.AttachRequest{Pid: pid}, nil)
	if got.exit.GetCode() != 7 || !strings.Contains(got.stdout.String(), "interrupted") || got.stderr.Len() > 0 {
		t.Fatalf("%q %v", got.stdout.String(), got.exit)
	}
}

func TestWhatOutlivesATerminalDoesNotHoldIt(t *testing.T) {
	mark := fmt.Sprintf("7%d", os.Getpid())
	pid := startTerminal(t, shell(fmt.Sprintf("trap '' HUP; sleep %s & echo gone", mark)), 80, 24)
	if got := follow(t, &guestv1.AttachRequest{Pid: pid}, nil); got.exit == nil || !strings.Contains(got.stdout.String(), "gone") {
		t.Fatalf("%q %v", got.stdout.String(), got.exit)
	}
	if living("sleep "+mark) != 1 {
		t.Fatal("the child that ignores the hang-up was ended")
	}
}

// The last one to hold the terminal may let go of it after the command has ended, and before it is hung up.
func TestATerminalThatIsHeldForAMoment(t *testing.T) {
	for range 5 {
		pid := startTerminal(t, shell("trap '' HUP; sleep 0.03 & exit 4"), 80, 24)
		if exit := follow(t, &guestv1.AttachRequest{Pid: pid}, nil).exit; exit.GetCode() != 4 {
			t.Fatalf("exit %v", exit)
		}
	}
}

func TestJoiningATerminalBeginsNearItsEnd(t *testing.T) {
	pid := startTerminal(t, shell("for i in $(seq 60000); do echo line $i; done; echo done; read x"), 80, 24)
	follow(t, &guestv1.AttachRequest{Pid: pid}, until("done"))
	got := follow(t, &guestv1.AttachRequest{Pid: pid, LastBytes: 1000}, until("done")).stdout
	if got.Len() != 1000 || strings.Contains(got.String(), "line 59000") || !strings.Contains(got.String(), "line 60000\r\ndone\r\n") {
		t.Fatalf("%d bytes: %q", got.Len(), got.String())
	}
}

func TestRefusedTerminals(t *testing.T) {
	for _, size := range []*guestv1.Terminal{{}, {Columns: 80}, {Columns: 70000, Rows: 3}} {
		_, err := agent.Start(deadline(t), ask(&guestv1.StartRequest{Command: &guestv1.Command{}, Terminal: size}))
		if code(t, err) != "invalid_argument" {
			t.Errorf("%v: %v", size, err)
		}
	}
	pid := start(t, "exec sleep 600")
	resize := func(pid uint32) error {
		_, err := agent.ResizeTerminal(deadline(t), ask(&guestv1.ResizeTerminalRequest{Pid: pid, Terminal: &guestv1.Terminal{Columns: 80, Rows: 24}}))
		return err
	}
	if err := resize(pid); code(t, err) != "not_a_terminal" {
		t.Error(err)
	}
	if err := resize(999_999_999); code(t, err) != "process_not_found" {
		t.Error(err)
	}
	if _, err := agent.Start(deadline(t), ask(&guestv1.StartRequest{Command: &guestv1.Command{}})); code(t, err) != "invalid_argument" {
		t.Error(err)
	}
	if _, err := agent.Start(deadline(t), ask(&guestv1.StartRequest{Command: shell("true"), Tag: strings.Repeat("x", 257)})); code(t, err) != "invalid_argument" {
		t.Error(err)
	}
}

func TestEndingAllProcesses(t *testing.T) {
	mark := fmt.Sprintf("6%d", os.Getpid())
	pid := start(t, fmt.Sprintf("setsid sleep %s & sleep %s & wait", mark, mark))
	eventually(t, "the children run", func() bool { return living("sleep "+mark) >= 2 })
	ended := must[*connect.Response[guestv1.EndProcessesResponse]](t)(agent.EndProcesses(deadline(t), ask(&guestv1.EndProcessesRequest{})))
	if ended.Msg.Ended < 3 || living("sleep "+mark) != 0 {
		t.Fatalf("%v, %d left", ended.Msg, living("sleep "+mark))
	}
	if exit := follow(t, &guestv1.AttachRequest{Pid: pid}, nil).exit; exit.GetCode() != 137 {
		t.Fatalf("exit %v", exit)
	}
}
