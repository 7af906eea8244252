package e2e

import (
	"context"
	"slices"
	"testing"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

// BenchmarkKeyEcho times a key from the call that types it to its echo in an open stream.
func BenchmarkKeyEcho(b *testing.B) {
	box := startSandbox(b)
	ctx := context.Background()
	pid := startTerminal(ctx, b, box, &guestv1.Command{Command: "cat"})
	stream, err := box.Attach(ctx, connect.NewRequest(&guestv1.AttachRequest{Pid: pid}))
	must(b, err)
	if !stream.Receive() {
		b.Fatal(stream.Err())
	}
	var times []time.Duration
	for b.Loop() {
		begun := time.Now()
		keys(ctx, b, box, pid, "x")
		for stream.Receive() && stream.Msg().GetOutput() == nil {
		}
		times = append(times, time.Since(begun))
		if len(times)%100 == 0 {
			keys(ctx, b, box, pid, "\r")
			for got := 0; got < 103 && stream.Receive(); {
				got += len(stream.Msg().GetOutput().GetData())
			}
		}
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "echo-p50-us")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "echo-p99-us")
}
