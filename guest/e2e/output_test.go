package e2e

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

// agentMegabytes is the resident memory of the agent.
func agentMegabytes(t testing.TB, box *sandbox) int {
	t.Helper()
	kilobytes, err := strconv.Atoi(box.shell(t, "awk '/VmRSS/ {print $2}' /proc/1/status"))
	must(t, err)
	return kilobytes / 1024
}

func TestOutputOfACommand(t *testing.T) {
	box := startSandbox(t)
	ctx, cancel := context.WithTimeout(context.Background(), 120*time.Second)
	defer cancel()
	t.Run("a slow reader slows the command and loses nothing", func(t *testing.T) {
		const size = 300 << 20
		pid := start(ctx, t, box, &guestv1.Command{Command: fmt.Sprintf("read go; yes 0123456789abcde | head -c %d", size), Shell: true})
		stream, err := box.Attach(ctx, connect.NewRequest(&guestv1.AttachRequest{Pid: pid}))
		must(t, err)
		defer stream.Close()
		write(ctx, t, box, pid, "")
		received, largest, rested := uint64(0), 0, uint64(0)
		line := bytes.Repeat([]byte("0123456789abcde\n"), 256<<10/16+1)
		for stream.Receive() {
			output := stream.Msg().GetOutput()
			if output == nil {
				continue
			}
			if output.Offset != received || !bytes.HasPrefix(line[output.Offset%16:], output.Data) {
				t.Fatalf("%d bytes at %d after %d", len(output.Data), output.Offset, received)
			}
			if received += uint64(len(output.Data)); received-rested > 60<<20 {
				rested = received
				time.Sleep(300 * time.Millisecond)
				largest = max(largest, agentMegabytes(t, box))
			}
		}
		if received != size || largest > 100 {
			t.Fatalf("%d bytes, the agent had %d MB", received, largest)
		}
		t.Logf("the agent had at most %d MB", largest)
	})
	t.Run("without a reader the command runs on and what is dropped is counted", func(t *testing.T) {
		const size = 200 << 20
		pid := start(ctx, t, box, &guestv1.Command{Command: fmt.Sprintf("yes | head -c %d", size), Shell: true})
		for {
			process := box.listed(ctx, t, pid)
			if !process.Running {
				kept := uint64(0)
				stream, err := box.Attach(ctx, connect.NewRequest(&guestv1.AttachRequest{Pid: pid}))
				must(t, err)
				for stream.Receive() {
					kept += uint64(len(stream.Msg().GetOutput().GetData()))
				}
				stream.Close()
				if process.StdoutBytes != size || process.DroppedBytes+kept != size || kept < 62<<20 || agentMegabytes(t, box) > 100 {
					t.Fatalf("%v, %d kept, the agent has %d MB", process, kept, agentMegabytes(t, box))
				}
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	})
	t.Run("every byte", func(t *testing.T) {
		result := box.run(t, &guestv1.Command{Command: "i=0; while [ $i -lt 256 ]; do printf \"\\\\$(printf %03o $i)\"; i=$((i+1)); done", Shell: true})
		for i, b := range result.Stdout {
			if int(b) != i {
				t.Fatalf("byte %d is %d", i, b)
			}
		}
		if len(result.Stdout) != 256 {
			t.Fatalf("%d bytes", len(result.Stdout))
		}
	})
	t.Run("a command that closes its output early is followed to its end", func(t *testing.T) {
		pid := start(ctx, t, box, &guestv1.Command{Command: "echo begun; exec >&- 2>&-; sleep 0.5; exit 6", Shell: true})
		if seen, exit := awaitOutput(ctx, t, box, pid, ""); seen != "begun\n" || exit.GetCode() != 6 {
			t.Fatalf("%q %v", seen, exit)
		}
	})
	t.Run("a daemon that detaches does not hold its command", func(t *testing.T) {
		pid := start(ctx, t, box, &guestv1.Command{Command: "(setsid sleep 3333 &); echo off", Shell: true})
		if seen, exit := awaitOutput(ctx, t, box, pid, ""); seen != "off\n" || exit == nil {
			t.Fatalf("%q %v", seen, exit)
		}
		if process := box.listed(ctx, t, pid); process.Running {
			t.Fatalf("%v", process)
		}
		box.shell(t, "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -q 'slee[p] 3333'")
	})
	t.Run("two hundred at once", func(t *testing.T) {
		var pids []uint32
		for range 200 {
			pids = append(pids, start(ctx, t, box, &guestv1.Command{Command: "sleep", Args: []string{"2222"}}))
		}
		began := time.Now()
		all, err := box.ListProcesses(ctx, connect.NewRequest(&guestv1.ListProcessesRequest{}))
		must(t, err)
		t.Logf("a list of %d took %v, the agent has %d MB", len(all.Msg.Processes), time.Since(began), agentMegabytes(t, box))
		if process := box.listed(ctx, t, pids[199]); process.ProcessCount != 1 || process.MemoryBytes == 0 {
			t.Fatalf("%v", process)
		}
		var group sync.WaitGroup
		for _, pid := range pids {
			group.Go(func() {
				if _, err := box.Signal(ctx, connect.NewRequest(&guestv1.SignalRequest{Pid: pid, Signal: 9})); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if left := box.shell(t, "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c 'slee[p] 2222'"); left != "0" {
			t.Fatalf("%s left", left)
		}
	})
}

func (b *sandbox) listed(ctx context.Context, t testing.TB, pid uint32) *guestv1.Process {
	t.Helper()
	list, err := b.ListProcesses(ctx, connect.NewRequest(&guestv1.ListProcessesRequest{Pid: pid}))
	must(t, err)
	for _, process := range list.Msg.Processes {
		if process.Pid == pid {
			return process
		}
	}
	t.Fatalf("process %d is not listed", pid)
	return nil
}

func TestCallsEndWithTheAgent(t *testing.T) {
	box := startSandbox(t)
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	pid := start(ctx, t, box, &guestv1.Command{Command: "echo begun; exec sleep 600", Shell: true})
	stream, err := box.Attach(ctx, connect.NewRequest(&guestv1.AttachRequest{Pid: pid}))
	must(t, err)
	defer stream.Close()
	readUntil(t, stream, "begun\n")
	_, err = box.Run(ctx, connect.NewRequest(&guestv1.RunRequest{Command: &guestv1.Command{Command: "kill -9 1; sleep 600", Shell: true, TimeoutMs: 5000}}))
	if err == nil {
		t.Log("the kernel of the guest spares its first process")
		return
	}
	for stream.Receive() {
	}
	if ctx.Err() != nil || stream.Err() == nil && !strings.Contains(fmt.Sprint(stream.Err()), "nil") {
		t.Fatalf("the stream did not end: %v", stream.Err())
	}
}
