package server

import (
	"context"
	"testing"

	"nullspace.dev/guest/gen/guestv1"
)

// BenchmarkRun is /bin/true through the whole protocol, without a sandbox around.
func BenchmarkRun(b *testing.B) {
	request := &guestv1.RunRequest{Command: &guestv1.Command{Command: "/bin/true"}}
	var inside uint64
	for b.Loop() {
		response, err := agent.Run(context.Background(), ask(request))
		if err != nil {
			b.Fatal(err)
		}
		inside += response.Msg.Exit.SpawnUs + response.Msg.Exit.RunUs
	}
	b.ReportMetric(float64(inside)/float64(b.N), "spawn-us/op")
}
