package server

import (
	"testing"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

func listed(t testing.TB, pid uint32) *guestv1.Process {
	t.Helper()
	response := must[*connect.Response[guestv1.ListProcessesResponse]](t)(agent.ListProcesses(deadline(t), ask(&guestv1.ListProcessesRequest{Pid: pid})))
	if len(response.Msg.Processes) != 1 || response.Msg.Processes[0].Pid != pid {
		t.Fatalf("%v is not process %d alone", response.Msg.Processes, pid)
	}
	return response.Msg.Processes[0]
}

func TestListsShowWhatATreeUses(t *testing.T) {
	pid := start(t, "(while :; do :; done) & wait")
	eventually(t, "the tree has used a tenth of a second", func() bool {
		use := listed(t, pid)
		return use.CpuUs >= 100_000 && use.ProcessCount == 2 && use.MemoryBytes > 100_000
	})
	before := listed(t, pid).CpuUs
	agent.Signal(deadline(t), ask(&guestv1.SignalRequest{Pid: pid, Signal: 9}))
	eventually(t, "nothing is left but what was used", func() bool {
		use := listed(t, pid)
		return !use.Running && use.CpuUs >= before && use.ProcessCount == 0 && use.MemoryBytes == 0
	})
}

func TestListsCountOutputAndWhatIsDropped(t *testing.T) {
	pid := start(t, "head -c 80000000 /dev/zero; head -c 1000 /dev/zero >&2")
	follow(t, &guestv1.AttachRequest{Pid: pid, NewOutputOnly: true}, nil)
	use := listed(t, pid)
	if use.StdoutBytes != 80_000_000 || use.StderrBytes != 1000 {
		t.Fatalf("%v", use)
	}
	// A reader from the start gets what is kept.
	if got := follow(t, &guestv1.AttachRequest{Pid: pid}, nil); use.DroppedBytes == 0 || uint64(got.stdout.Len()+got.stderr.Len())+use.DroppedBytes != 80_001_000 {
		t.Fatalf("%d and %d of %v", got.stdout.Len(), got.stderr.Len(), use)
	}
	small := start(t, "echo x")
	follow(t, &guestv1.AttachRequest{Pid: small}, nil)
	if use := listed(t, small); use.StdoutBytes != 2 || use.DroppedBytes != 0 {
		t.Fatalf("%v", use)
	}
}
