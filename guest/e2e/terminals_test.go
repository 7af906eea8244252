package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

func startTerminal(ctx context.Context, t testing.TB, box *sandbox, command *guestv1.Command) uint32 {
	t.Helper()
	started, err := box.Start(ctx, connect.NewRequest(&guestv1.StartRequest{Command: command, Terminal: &guestv1.Terminal{Columns: 80, Rows: 24}}))
	must(t, err)
	return started.Msg.Pid
}

func resize(ctx context.Context, t testing.TB, box *sandbox, pid, columns, rows uint32) {
	t.Helper()
	_, err := box.ResizeTerminal(ctx, connect.NewRequest(&guestv1.ResizeTerminalRequest{Pid: pid, Terminal: &guestv1.Terminal{Columns: columns, Rows: rows}}))
	must(t, err)
}

func keys(ctx context.Context, t testing.TB, box *sandbox, pid uint32, typed string) {
	t.Helper()
	_, err := box.WriteStdin(ctx, connect.NewRequest(&guestv1.WriteStdinRequest{Pid: pid, Data: []byte(typed)}))
	must(t, err)
}

// awaitOutput reads from the start until the text came, and returns all.
func awaitOutput(ctx context.Context, t testing.TB, box *sandbox, pid uint32, text string) (seen string, exit *guestv1.Exit) {
	t.Helper()
	stream, err := box.Attach(ctx, connect.NewRequest(&guestv1.AttachRequest{Pid: pid}))
	must(t, err)
	defer stream.Close()
	for stream.Receive() {
		seen += string(stream.Msg().GetOutput().GetData())
		if exit = stream.Msg().GetExit(); exit != nil || text != "" && strings.Contains(seen, text) {
			return seen, exit
		}
	}
	t.Fatalf("the stream ended after %q: %v", seen, stream.Err())
	return "", nil
}

func TestTerminals(t *testing.T) {
	box := startSandbox(t)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	t.Run("a login shell with a size that follows", func(t *testing.T) {
		pid := startTerminal(ctx, t, box, &guestv1.Command{User: "user"})
		keys(ctx, t, box, pid, "stty size; tty; id -un; echo $TERM\r")
		awaitOutput(ctx, t, box, pid, "xterm-256color\r\n")
		resize(ctx, t, box, pid, 132, 50)
		keys(ctx, t, box, pid, "stty size\r")
		seen, _ := awaitOutput(ctx, t, box, pid, "50 132")
		for _, want := range []string{"24 80\r\n", "/dev/pts/", "\r\nuser\r\n"} {
			if !strings.Contains(seen, want) {
				t.Fatalf("no %q in %q", want, seen)
			}
		}
		keys(ctx, t, box, pid, "exit 9\r")
		if _, exit := awaitOutput(ctx, t, box, pid, ""); exit.Code != 9 {
			t.Fatalf("exit %v", exit)
		}
	})
	t.Run("programs in the foreground hear of a size", func(t *testing.T) {
		pid := startTerminal(ctx, t, box, &guestv1.Command{Command: "trap 'echo win''ched; exit 0' WINCH; echo ready; while :; do sleep 0.1; done", Shell: true})
		awaitOutput(ctx, t, box, pid, "ready")
		resize(ctx, t, box, pid, 100, 40)
		awaitOutput(ctx, t, box, pid, "winched")
	})
	t.Run("keys that signal", func(t *testing.T) {
		pid := startTerminal(ctx, t, box, &guestv1.Command{})
		keys(ctx, t, box, pid, "sleep 600; echo stopped with $?\r")
		box.shell(t, "until cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -q 'slee[p] 600'; do sleep 0.05; done")
		keys(ctx, t, box, pid, "\x03")
		box.shell(t, "while cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -q 'slee[p] 600'; do sleep 0.05; done")
		keys(ctx, t, box, pid, "vi\r")
		awaitOutput(ctx, t, box, pid, "\x1b[?1049h")
		keys(ctx, t, box, pid, "ihello")
		awaitOutput(ctx, t, box, pid, "hello")
		keys(ctx, t, box, pid, "\x1b")
		awaitOutput(ctx, t, box, pid, "- No file [Modified]")
		keys(ctx, t, box, pid, ":wq /tmp/from-vi\r")
		awaitOutput(ctx, t, box, pid, "\x1b[?1049l")
		keys(ctx, t, box, pid, "cat /tmp/from-vi; exit\r")
		if seen, _ := awaitOutput(ctx, t, box, pid, ""); !strings.Contains(seen, "hello\r\n") {
			t.Fatalf("%q", seen)
		}
	})
	t.Run("a child that ignores the hang-up does not hold it", func(t *testing.T) {
		pid := startTerminal(ctx, t, box, &guestv1.Command{Command: "trap '' HUP; sleep 4444 & exit 2", Shell: true})
		if _, exit := awaitOutput(ctx, t, box, pid, ""); exit.Code != 2 {
			t.Fatalf("exit %v", exit)
		}
	})
	t.Run("many short lines", func(t *testing.T) {
		begun := time.Now()
		pid := startTerminal(ctx, t, box, &guestv1.Command{Command: "seq 60000; echo done; exec sleep 600", Shell: true})
		seen, _ := awaitOutput(ctx, t, box, pid, "done")
		t.Logf("60,000 lines in %v", time.Since(begun))
		var want strings.Builder
		for i := range 60000 {
			fmt.Fprintf(&want, "%d\r\n", i+1)
		}
		if !strings.HasPrefix(seen, want.String()) {
			t.Fatalf("%d bytes, expected %d", len(seen), want.Len())
		}
	})
	t.Run("fifty at once", func(t *testing.T) {
		var group sync.WaitGroup
		for i := range 50 {
			group.Go(func() {
				pid := startTerminal(ctx, t, box, &guestv1.Command{})
				keys(ctx, t, box, pid, fmt.Sprintf("echo terminal $((%d+1000)); exit %d\r", i, i))
				seen, exit := awaitOutput(ctx, t, box, pid, "")
				if exit.GetCode() != int32(i) || !strings.Contains(seen, fmt.Sprintf("terminal %d", i+1000)) {
					t.Errorf("terminal %d: %q %v", i, seen, exit)
				}
			})
		}
		group.Wait()
	})
	t.Run("ending all leaves the agent alone", func(t *testing.T) {
		box.run(t, &guestv1.Command{Command: "setsid sleep 5555 & exit 0", Shell: true})
		ended, err := box.EndProcesses(ctx, connect.NewRequest(&guestv1.EndProcessesRequest{}))
		must(t, err)
		if left := box.shell(t, "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c 'slee[p]'"); left != "0" || ended.Msg.Ended == 0 {
			t.Fatalf("%s left, %v", left, ended.Msg)
		}
	})
}

func TestATerminalGoesOnInACopy(t *testing.T) {
	found := findPrograms(t)
	source := startSandbox(t)
	ctx, cancel := context.WithTimeout(context.Background(), 120*time.Second)
	defer cancel()
	pid := startTerminal(ctx, t, source, &guestv1.Command{})
	keys(ctx, t, source, pid, "name=kept; echo be''fore\r")
	awaitOutput(ctx, t, source, pid, "before")
	_, err := source.Freeze(ctx, connect.NewRequest(&guestv1.FreezeRequest{}))
	must(t, err)
	image := t.TempDir()
	output, err := exec.Command(found.runsc, append(source.flags, "checkpoint", "--compression=none", "--image-path="+image, source.id)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	box, ended := launch(t, found, source.root, []string{"NULLSPACE_AGENT_TOKEN=" + copyToken, "NULLSPACE_RESTORE_ID=copy-3"}, "restore", "--image-path="+image)
	box.GuestServiceClient = box.as(copyToken)
	box.awaitReady(t, ended)
	_, err = box.Configure(ctx, connect.NewRequest(&guestv1.ConfigureRequest{Restored: true}))
	must(t, err)
	resize(ctx, t, box, pid, 101, 33)
	keys(ctx, t, box, pid, "echo $name $(stty size)\r")
	awaitOutput(ctx, t, box, pid, "kept 33 101")
	keys(ctx, t, box, pid, "exit 4\r")
	if seen, exit := awaitOutput(ctx, t, box, pid, ""); exit.Code != 4 || !strings.Contains(seen, "before") {
		t.Fatalf("%q %v", seen, exit)
	}
}
