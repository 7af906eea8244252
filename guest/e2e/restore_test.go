package e2e

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

const copyToken = "token-of-the-copy"

func TestACopyBecomesAGuestOfItsOwn(t *testing.T) {
	found := findPrograms(t)
	source := startSandbox(t)
	ctx, cancel := context.WithTimeout(context.Background(), 120*time.Second)
	defer cancel()
	source.shell(t, "mkdir -p /etc/nullspace/on-restore.d")
	source.shell(t, `printf '#!/bin/sh\necho "$NULLSPACE_RESTORE_ID $(cat /etc/machine-id)" > /tmp/hooked\n' > /etc/nullspace/on-restore.d/10-note; chmod 755 /etc/nullspace/on-restore.d/10-note`)
	counter := start(ctx, t, source, &guestv1.Command{Command: "i=0; echo begun; while read line; do i=$((i+1)); echo $line $i; done", Shell: true})
	// Most of its output is on the disk, in a file without a name.
	talker := start(ctx, t, source, &guestv1.Command{Command: "i=0; while [ $i -lt 24 ]; do head -c 1048576 /dev/urandom; i=$((i+1)); done", Shell: true})
	said := source.outputFrom(ctx, t, talker, 0)
	if len(said) != 24<<20 {
		t.Fatalf("%d bytes", len(said))
	}
	write(ctx, t, source, counter, "one")
	stream, err := source.Attach(ctx, connect.NewRequest(&guestv1.AttachRequest{Pid: counter}))
	must(t, err)
	seen := readUntil(t, stream, "one 1\n")

	timed := start(ctx, t, source, &guestv1.Command{Command: "sleep 600", Shell: true, TimeoutMs: 10_000})

	// A pause: the stream says where it can be read on.
	_, err = source.Freeze(ctx, connect.NewRequest(&guestv1.FreezeRequest{Reason: "test"}))
	must(t, err)
	if !stream.Receive() || stream.Msg().GetFrozen().GetStdoutOffset() != uint64(len(seen)) {
		t.Fatalf("no Frozen at %d but %v %v", len(seen), stream.Msg(), stream.Err())
	}
	stream.Close()
	image := t.TempDir()
	output, err := exec.Command(found.runsc, append(source.flags, "checkpoint", "--compression=none", "--leave-running", "--image-path="+image, source.id)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	// Longer than the time limit of the command, which does not count while the guest sleeps.
	time.Sleep(11 * time.Second)

	env := []string{"NULLSPACE_AGENT_TOKEN=" + copyToken, "NULLSPACE_RESTORE_ID=copy-1"}
	box, ended := launch(t, found, source.root, env, "restore", "--image-path="+image)
	old := box.as(token)
	box.GuestServiceClient = box.as(copyToken)
	box.awaitReady(t, ended)
	health, err := box.Health(ctx, connect.NewRequest(&guestv1.HealthRequest{}))
	must(t, err)
	if health.Msg.RestoreId != "copy-1" {
		t.Fatalf("restore id %q", health.Msg.RestoreId)
	}
	if _, err := old.Health(ctx, connect.NewRequest(&guestv1.HealthRequest{})); connect.CodeOf(err) != connect.CodeUnauthenticated {
		t.Fatalf("the old token still counts: %v", err)
	}
	if _, err := box.Run(ctx, connect.NewRequest(&guestv1.RunRequest{Command: &guestv1.Command{Command: "true"}})); connect.CodeOf(err) != connect.CodeUnavailable {
		t.Fatalf("a call got through before the hooks: %v", err)
	}
	name, machine := "copy", strings.Repeat("0c", 16)
	configured, err := box.Configure(ctx, connect.NewRequest(&guestv1.ConfigureRequest{Hostname: &name, MachineId: &machine, Restored: true}))
	must(t, err)
	if len(configured.Msg.HookFailures) > 0 {
		t.Fatalf("hooks failed: %v", configured.Msg.HookFailures)
	}
	if got := box.shell(t, "cat /tmp/hooked; hostname; cat /etc/hostname /etc/machine-id"); got != "copy-1 "+machine+"\ncopy\ncopy\n"+machine {
		t.Fatalf("the copy is %q", got)
	}

	listed, err := box.ListProcesses(ctx, connect.NewRequest(&guestv1.ListProcessesRequest{}))
	must(t, err)
	for _, process := range listed.Msg.Processes {
		if process.Pid == timed && !process.Running {
			t.Fatal("the time asleep counted against the limit of a command")
		}
	}

	// Processes go on, and are read on from where the stream was cut.
	write(ctx, t, box, counter, "two")
	stream, err = box.Attach(ctx, connect.NewRequest(&guestv1.AttachRequest{Pid: counter, StdoutOffset: uint64(len(seen))}))
	must(t, err)
	if rest := readUntil(t, stream, "two 2\n"); rest != "two 2\n" {
		t.Fatalf("read on %q", rest)
	}
	stream.Close()
	for _, offset := range []int{0, 1, 5 << 20, 9<<20 + 12345, 24<<20 - 1} {
		if !bytes.Equal(box.outputFrom(ctx, t, talker, offset), said[offset:]) {
			t.Fatalf("the output from %d on is not what the source had", offset)
		}
	}
	stream, err = box.Attach(ctx, connect.NewRequest(&guestv1.AttachRequest{Pid: timed}))
	must(t, err)
	for stream.Receive() && stream.Msg().GetExit() == nil {
	}
	if !stream.Msg().GetExit().GetTimedOut() {
		t.Fatalf("the limit of a command was lost: %v %v", stream.Msg(), stream.Err())
	}
	stream.Close()

	// The source is none the wiser.
	if _, err := source.Thaw(ctx, connect.NewRequest(&guestv1.ThawRequest{})); err != nil {
		t.Fatal(err)
	}
	if got := source.shell(t, "cat /tmp/hooked 2>/dev/null; hostname"); got != "e2e" {
		t.Fatalf("the source is %q", got)
	}
}

// outputFrom reads the stdout of a command from an offset to its end.
func (b *sandbox) outputFrom(ctx context.Context, t testing.TB, pid uint32, offset int) (output []byte) {
	t.Helper()
	stream, err := b.Attach(ctx, connect.NewRequest(&guestv1.AttachRequest{Pid: pid, StdoutOffset: uint64(offset)}))
	must(t, err)
	defer stream.Close()
	for stream.Receive() {
		if piece := stream.Msg().GetOutput(); piece != nil {
			if piece.Offset != uint64(offset+len(output)) {
				t.Fatalf("a piece at %d after %d", piece.Offset, offset+len(output))
			}
			output = append(output, piece.Data...)
		}
	}
	must(t, stream.Err())
	return output
}

// A snapshot of a running guest reaches the copy without a Freeze before it.
func TestACopyOfARunningGuestIsClosedUntilItIsConfigured(t *testing.T) {
	found := findPrograms(t)
	source := startSandbox(t)
	ctx, cancel := context.WithTimeout(context.Background(), 120*time.Second)
	defer cancel()
	timed := start(ctx, t, source, &guestv1.Command{Command: "sleep 600", Shell: true, TimeoutMs: 8000})
	stream, err := source.Attach(ctx, connect.NewRequest(&guestv1.AttachRequest{Pid: timed}))
	must(t, err)
	defer stream.Close()
	image := t.TempDir()
	output, err := exec.Command(found.runsc, append(source.flags, "checkpoint", "--compression=none", "--leave-running", "--image-path="+image, source.id)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	for stream.Receive() && stream.Msg().GetExit() == nil {
	}
	if !stream.Msg().GetExit().GetTimedOut() {
		t.Fatalf("a save cut a stream of the source: %v", stream.Err())
	}
	env := []string{"NULLSPACE_AGENT_TOKEN=" + copyToken, "NULLSPACE_RESTORE_ID=copy-2"}
	box, ended := launch(t, found, source.root, env, "restore", "--image-path="+image)
	box.GuestServiceClient = box.as(copyToken)
	box.awaitReady(t, ended)
	if _, err := box.Run(ctx, connect.NewRequest(&guestv1.RunRequest{Command: &guestv1.Command{Command: "true"}})); connect.CodeOf(err) != connect.CodeUnavailable {
		t.Fatalf("a call got through: %v", err)
	}
	_, err = box.Configure(ctx, connect.NewRequest(&guestv1.ConfigureRequest{Restored: true}))
	must(t, err)
	listed, err := box.ListProcesses(ctx, connect.NewRequest(&guestv1.ListProcessesRequest{}))
	must(t, err)
	if len(listed.Msg.Processes) != 1 || !listed.Msg.Processes[0].Running {
		t.Fatalf("the time asleep counted: %v", listed.Msg.Processes)
	}
}

func start(ctx context.Context, t *testing.T, box *sandbox, command *guestv1.Command) uint32 {
	t.Helper()
	started, err := box.Start(ctx, connect.NewRequest(&guestv1.StartRequest{Command: command}))
	must(t, err)
	return started.Msg.Pid
}

func write(ctx context.Context, t *testing.T, box *sandbox, pid uint32, line string) {
	t.Helper()
	_, err := box.WriteStdin(ctx, connect.NewRequest(&guestv1.WriteStdinRequest{Pid: pid, Data: []byte(line + "\n")}))
	must(t, err)
}

func readUntil(t *testing.T, stream *connect.ServerStreamForClient[guestv1.AttachResponse], end string) (seen string) {
	t.Helper()
	for !strings.HasSuffix(seen, end) {
		if !stream.Receive() {
			t.Fatalf("the stream ended after %q: %v", seen, stream.Err())
		}
		seen += string(stream.Msg().GetOutput().GetData())
	}
	return seen
}

// The token of the start can be read by any account of the guest, so the agent hears nobody inside.
func TestProcessesInsideCannotCallTheAgent(t *testing.T) {
	box := startSandbox(t)
	for _, address := range []string{"127.0.0.1", box.network.sandboxAddress} {
		request := "POST /nullspace.guest.v1.GuestService/Health HTTP/1.0\\r\\nAuthorization: Bearer " + token + "\\r\\nContent-Type: application/json\\r\\nContent-Length: 2\\r\\n\\r\\n{}"
		answer := box.shell(t, "printf '%s' | nc -w 3 %s 49983 2>&1", request, address)
		if strings.Contains(answer, "HTTP") {
			t.Fatalf("the agent answers %s inside: %q", address, answer)
		}
	}
}
