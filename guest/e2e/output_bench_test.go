package e2e

import (
	"context"
	"testing"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

// BenchmarkOutput times 256 MB of one command through the agent, beside the same bytes through a tunnel to a port of the guest.
func BenchmarkOutput(b *testing.B) {
	box := startSandbox(b)
	ctx := context.Background()
	const size = 256 << 20
	for b.Loop() {
		begun := time.Now()
		started, err := box.Start(ctx, connect.NewRequest(&guestv1.StartRequest{Command: &guestv1.Command{Command: "sleep 0.05; exec dd if=/dev/zero bs=64k count=4096 2>/dev/null", Shell: true}}))
		must(b, err)
		stream, err := box.Attach(ctx, connect.NewRequest(&guestv1.AttachRequest{Pid: started.Msg.Pid}))
		must(b, err)
		var bytes, pieces int
		for stream.Receive() {
			if data := stream.Msg().GetOutput().GetData(); len(data) > 0 {
				bytes += len(data)
				pieces++
			}
		}
		must(b, stream.Err())
		if bytes != size {
			b.Fatalf("%d bytes", bytes)
		}
		b.ReportMetric(float64(bytes)/1e6/time.Since(begun).Seconds(), "attach-MB/s")
		b.ReportMetric(float64(bytes/pieces), "bytes/piece")
	}

}

// rawThroughput reads the same bytes from a listener in the guest.
func rawThroughput(b *testing.B, box *sandbox, size int) float64 {
	b.Helper()
	box.run(b, &guestv1.Command{Command: "(dd if=/dev/zero bs=64k count=4096 2>/dev/null | nc -l -p 7777) >/dev/null 2>&1 & sleep 0.5", Shell: true})
	conn, err := box.network.dial("7777")
	must(b, err)
	defer conn.Close()
	begun, read, buffer := time.Now(), 0, make([]byte, 256<<10)
	for {
		n, err := conn.Read(buffer)
		if read += n; err != nil {
			break
		}
	}
	if read != size {
		b.Fatalf("%d raw bytes", read)
	}
	return float64(read) / 1e6 / time.Since(begun).Seconds()
}
