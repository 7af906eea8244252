package server

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/processes"
)

func TestStartAttachAndStdin(t *testing.T) {
	pid := start(t, "while read line; do echo got $line; done; echo bye >&2; exit 5")
	write := func(data string, last bool) error {
		_, err := agent.WriteStdin(deadline(t), connect.NewRequest(&guestv1.WriteStdinRequest{Pid: pid, Data: []byte(data), Close: last}))
		return err
	}
	if err := write("one\n", false); err != nil {
		t.Fatal(err)
	}
	follow(t, &guestv1.AttachRequest{Pid: pid}, func(a *attached) bool { return a.stdout.String() == "got one\n" })
	if err := write("two\n", true); err != nil {
		t.Fatal(err)
	}
	got := follow(t, &guestv1.AttachRequest{Pid: pid, StdoutOffset: 4}, nil)
	if got.stdout.String() != "one\ngot two\n" || got.stderr.String() != "bye\n" || got.exit.GetCode() != 5 {
		t.Fatalf("%q %q %v", got.stdout.String(), got.stderr.String(), got.exit)
	}
	if err := write("three\n", false); code(t, err) != "stdin_closed" {
		t.Fatal(err)
	}
}

func TestStdinThatNobodyReads(t *testing.T) {
	defer func(before time.Duration) { service.Processes.StdinPatience = before }(service.Processes.StdinPatience)
	service.Processes.StdinPatience = 300 * time.Millisecond
	pid := start(t, "exec sleep 600")
	big := make([]byte, 1<<20)
	_, err := agent.WriteStdin(deadline(t), connect.NewRequest(&guestv1.WriteStdinRequest{Pid: pid, Data: big}))
	if code(t, err) != "stdin_full" {
		t.Fatal(err)
	}
	if !strings.Contains(err.Error(), "65536 of 1048576") {
		t.Fatalf("the error does not say how much was written: %v", err)
	}
}

func TestTheEndOfAnInputWaitsBehindItWithoutItsCaller(t *testing.T) {
	gate := t.TempDir() + "/go"
	pid := start(t, "until [ -e "+gate+" ]; do sleep 0.02; done; wc -c")
	write := func(data []byte, last bool) error {
		_, err := agent.WriteStdin(deadline(t), ask(&guestv1.WriteStdinRequest{Pid: pid, Data: data, Close: last}))
		return err
	}
	written := make(chan error)
	for range 2 {
		go func() { written <- write(make([]byte, 1<<20), false) }()
	}
	process := must[*processes.Process](t)(service.Processes.Find(pid))
	for !process.InputWaits(2) {
		time.Sleep(time.Millisecond)
	}
	if err := write(nil, true); err != nil {
		t.Fatal(err)
	}
	if err := write([]byte("late"), false); code(t, err) != "stdin_closed" {
		t.Fatal(err)
	}
	os.WriteFile(gate, nil, 0o644)
	for range 2 {
		if err := <-written; err != nil {
			t.Fatal(err)
		}
	}
	if got := follow(t, &guestv1.AttachRequest{Pid: pid}, nil); got.stdout.String() != "2097152\n" {
		t.Fatalf("%q", got.stdout.String())
	}
	if err := write(nil, true); err != nil {
		t.Fatalf("an input that has ended: %v", err)
	}
}

func TestSeveralReadersGetAll(t *testing.T) {
	pid := start(t, "read go; for i in $(seq 20000); do echo line $i; done")
	var group sync.WaitGroup
	var results [4]*attached
	for i := range results {
		group.Go(func() { results[i] = follow(t, &guestv1.AttachRequest{Pid: pid}, nil) })
	}
	agent.WriteStdin(deadline(t), connect.NewRequest(&guestv1.WriteStdinRequest{Pid: pid, Data: []byte("\n")}))
	group.Wait()
	var want strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&want, "line %d\n", i+1)
	}
	for i, result := range results {
		if result.stdout.String() != want.String() || result.exit == nil {
			t.Errorf("reader %d got %d bytes", i, result.stdout.Len())
		}
	}
	late := follow(t, &guestv1.AttachRequest{Pid: pid, NewOutputOnly: true}, nil)
	if late.stdout.Len() != 0 || late.exit == nil {
		t.Errorf("a late reader of new output got %d bytes, exit %v", late.stdout.Len(), late.exit)
	}
}

func TestSignalReachesChildrenInOtherSessions(t *testing.T) {
	mark := fmt.Sprintf("8%d", os.Getpid())
	pid := start(t, fmt.Sprintf("setsid sleep %s & sleep %s & wait", mark, mark))
	eventually(t, "the children run", func() bool { return living("sleep "+mark) >= 2 })
	signal := func(number int32) error {
		_, err := agent.Signal(deadline(t), connect.NewRequest(&guestv1.SignalRequest{Pid: pid, Signal: number}))
		return err
	}
	for _, wrong := range []int32{0, -1, 65} {
		if err := signal(wrong); code(t, err) != "invalid_argument" {
			t.Fatalf("signal %d: %v", wrong, err)
		}
	}
	if err := signal(15); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the tree is gone", func() bool { return living("sleep "+mark) == 0 })
	if got := follow(t, &guestv1.AttachRequest{Pid: pid}, nil); got.exit.GetCode() != 143 {
		t.Fatalf("exit %v", got.exit)
	}
	if err := signal(9); err != nil {
		t.Fatalf("signalling an ended command: %v", err)
	}
}

func TestAKillShowsInTheNextList(t *testing.T) {
	for range 20 {
		pid := start(t, "sleep 60")
		must[*connect.Response[guestv1.SignalResponse]](t)(agent.Signal(deadline(t), ask(&guestv1.SignalRequest{Pid: pid, Signal: 9})))
		list := must[*connect.Response[guestv1.ListProcessesResponse]](t)(agent.ListProcesses(deadline(t), ask(&guestv1.ListProcessesRequest{})))
		for _, process := range list.Msg.Processes {
			if process.Pid == pid && process.Running {
				t.Fatal("a process that was killed runs")
			}
		}
	}
}

func TestUnknownPid(t *testing.T) {
	_, err := agent.ReadOutput(deadline(t), connect.NewRequest(&guestv1.ReadOutputRequest{Pid: 999_999_999}))
	if code(t, err) != "process_not_found" {
		t.Fatal(err)
	}
}

func TestOrphansDoNotTakeExitCodes(t *testing.T) {
	var group sync.WaitGroup
	for i := range int32(40) {
		group.Go(func() {
			result := runCommand(t, shell(fmt.Sprintf("(setsid true &); (true &); (sh -c 'exit 9' &); exit %d", i)))
			if result.Exit.Code != i {
				t.Errorf("command %d ended with %v", i, result.Exit)
			}
		})
	}
	group.Wait()
	eventually(t, "no zombie is left", func() bool {
		children, _ := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/children", os.Getpid()))
		return strings.TrimSpace(string(children)) == ""
	})
}

func TestEndlessOutputStaysBounded(t *testing.T) {
	pid := start(t, "exec yes 0123456789")
	eventually(t, "more came than is kept", func() bool {
		read, err := agent.ReadOutput(deadline(t), connect.NewRequest(&guestv1.ReadOutputRequest{Pid: pid}))
		return err == nil && read.Msg.Truncated && len(read.Msg.Stdout) == 8<<20
	})
	// A reader from the start sees the kept start and then a jump to what is kept of the end.
	got := follow(t, &guestv1.AttachRequest{Pid: pid}, func(a *attached) bool { return a.stdout.Len() > 9<<20 })
	if got.exit != nil {
		t.Fatalf("exit %v", got.exit)
	}
}
