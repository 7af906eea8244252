package e2e

import (
	"context"
	"slices"
	"testing"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

// BenchmarkRunInSandbox times /bin/true through the agent: the whole call, and the agent's own share of it.
func BenchmarkRunInSandbox(b *testing.B) {
	box := startSandbox(b)
	request := &guestv1.RunRequest{Command: &guestv1.Command{Command: "/bin/true"}}
	var calls, spawns, overheads, healths []time.Duration
	for b.Loop() {
		begun := time.Now()
		response, err := box.Run(context.Background(), connect.NewRequest(request))
		must(b, err)
		call := time.Since(begun)
		spawn := time.Duration(response.Msg.Exit.SpawnUs+response.Msg.Exit.RunUs) * time.Microsecond
		calls, spawns, overheads = append(calls, call), append(spawns, spawn), append(overheads, call-spawn)
		begun = time.Now()
		_, err = box.Health(context.Background(), connect.NewRequest(&guestv1.HealthRequest{}))
		must(b, err)
		healths = append(healths, time.Since(begun))
	}
	for name, times := range map[string][]time.Duration{"call": calls, "spawn": spawns, "overhead": overheads, "health": healths} {
		slices.Sort(times)
		b.ReportMetric(float64(times[len(times)/2].Microseconds()), name+"-p50-us")
		b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), name+"-p99-us")
	}
}
