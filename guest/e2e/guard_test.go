package e2e

import (
	"context"
	"testing"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

func TestProcessCeiling(t *testing.T) {
	box := startSandbox(t)
	box.configure(t, &guestv1.ConfigureRequest{ProcessLimit: 100})
	quiet := box.start(t, "sleep 1000")
	// awk goes on when a fork is refused, so that the bomb never burns out by itself.
	box.write(t, "/tmp/bomb", "", `BEGIN { while (1) system("awk -f /tmp/bomb &") }`)
	bomb := box.run(t, &guestv1.Command{Command: "awk", Args: []string{"-f", "/tmp/bomb"}, TimeoutMs: 50_000})
	if bomb.Exit.Guard != "processes" || bomb.Exit.Code != 137 {
		t.Fatalf("the bomb ended with %v", bomb.Exit)
	}
	event := box.awaitEvent(t)
	if event.Guard != "processes" || event.Pid != bomb.Pid {
		t.Fatalf("event %v", event)
	}
	if got := box.shell(t, "echo alive"); got != "alive" {
		t.Fatalf("got %q", got)
	}
	box.mustRun(t, quiet)
}

func TestMemoryGuard(t *testing.T) {
	box := startSandbox(t)
	const limit = 300 << 20
	box.configure(t, &guestv1.ConfigureRequest{MemoryLimitBytes: limit})
	quiet := box.start(t, "sleep 1000")
	// A string that doubles: awk holds it on its own heap.
	hog := box.run(t, &guestv1.Command{Command: `awk 'BEGIN { s = "0123456789abcdef"; while (length(s) < 2000000000) s = s s; }'; echo survived $?`, Shell: true, TimeoutMs: 50_000})
	if hog.Exit.Guard != "memory" || hog.Exit.Code != 137 {
		t.Fatalf("the hog ended with %v: %s %s", hog.Exit, hog.Stdout, hog.Stderr)
	}
	if event := box.awaitEvent(t); event.Guard != "memory" || event.Pid != hog.Pid {
		t.Fatalf("event %v", event)
	}
	box.mustRun(t, quiet)
}

func TestMetrics(t *testing.T) {
	box := startSandbox(t)
	before := box.metrics(t)
	box.shell(t, "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; head -c 20000000 /dev/urandom > /workspace/file")
	after := box.metrics(t)
	if after.CpuPercent <= 0 || after.CpuCount == 0 || after.ProcessCount == 0 {
		t.Errorf("cpu and processes: %v", after)
	}
	if after.DiskUsedBytes < before.DiskUsedBytes+15_000_000 || after.DiskTotalBytes == 0 {
		t.Errorf("disk: before %v after %v", before.DiskUsedBytes, after.DiskUsedBytes)
	}
	if after.NetworkRxBytes <= before.NetworkRxBytes || after.NetworkTxBytes <= before.NetworkTxBytes {
		t.Errorf("network: before %v after %v", before, after)
	}
	if after.MemoryUsedBytes == 0 || after.MemoryTotalBytes <= after.MemoryUsedBytes {
		t.Errorf("memory: %v", after)
	}
	t.Log(before, after)
}

func (b *sandbox) configure(t testing.TB, request *guestv1.ConfigureRequest) {
	t.Helper()
	_, err := b.Configure(context.Background(), connect.NewRequest(request))
	must(t, err)
}

func (b *sandbox) start(t testing.TB, script string) uint32 {
	t.Helper()
	response, err := b.Start(context.Background(), connect.NewRequest(&guestv1.StartRequest{Command: &guestv1.Command{Command: script, Shell: true}}))
	must(t, err)
	return response.Msg.Pid
}

func (b *sandbox) mustRun(t testing.TB, pid uint32) {
	t.Helper()
	response, err := b.ReadOutput(context.Background(), connect.NewRequest(&guestv1.ReadOutputRequest{Pid: pid}))
	must(t, err)
	if !response.Msg.Running {
		t.Fatalf("process %d ended with %v", pid, response.Msg.Exit)
	}
}

func (b *sandbox) awaitEvent(t testing.TB) *guestv1.WatchGuardResponse {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	stream, err := b.WatchGuard(ctx, connect.NewRequest(&guestv1.WatchGuardRequest{}))
	must(t, err)
	defer stream.Close()
	if !stream.Receive() {
		t.Fatalf("no event: %v", stream.Err())
	}
	return stream.Msg()
}

func (b *sandbox) metrics(t testing.TB) *guestv1.MetricsResponse {
	t.Helper()
	response, err := b.Metrics(context.Background(), connect.NewRequest(&guestv1.MetricsRequest{}))
	must(t, err)
	return response.Msg
}
