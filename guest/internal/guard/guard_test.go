package guard

import (
	"context"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"nullspace.dev/guest/internal/ceiling"
	"nullspace.dev/guest/internal/processes"
	"nullspace.dev/guest/internal/procfs"
	"nullspace.dev/guest/internal/settings"
)

var (
	values = settings.NewStore()
	limit  = ceiling.Counting()
	table  *processes.Table
)

func TestMain(m *testing.M) {
	if os.Getuid() != 0 {
		println("these tests kill commands of other users and need root")
		os.Exit(0)
	}
	table = processes.NewTable(values, limit)
	values.Set(settings.Values{WorkingDirectory: "/"})
	os.Exit(m.Run())
}

func start(t *testing.T, script string) *processes.Process {
	t.Helper()
	process, err := table.Start(context.Background(), processes.Spec{Command: script, Shell: true}, processes.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { process.Signal(9) })
	return process
}

func watch(t *testing.T, guard *Guard) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	go func() {
		guard.Run(ctx)
		close(ended)
	}()
}

func firstEvent(t *testing.T, events *Events) (first Event) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	events.Watch(ctx, func(event Event) error {
		first = event
		cancel()
		return nil
	})
	if first.PID == 0 {
		t.Fatal("no event came")
	}
	return first
}

func awaitExit(t *testing.T, process *processes.Process) processes.Exit {
	t.Helper()
	select {
	case <-process.Done():
	case <-time.After(60 * time.Second):
		t.Fatal("the command goes on")
	}
	exit, _ := process.Exit()
	return exit
}

func TestMemoryGuardKillsTheLargest(t *testing.T) {
	before := values.Get()
	defer values.Set(before)
	small := start(t, "sleep 600")
	large := start(t, "x=$(head -c 30000000 /dev/zero | tr '\\0' x); echo full; sleep 600 & wait")
	reader := large.Log.Attach(0, 0)
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	if _, err := reader.Next(ctx); err != nil {
		t.Fatal(err)
	}
	reader.Close()
	events := NewEvents()
	guard := New(values, table, limit, events)
	var full atomic.Bool
	full.Store(true)
	guard.readMemory = func() (procfs.Memory, error) {
		if full.Load() && large.Running() {
			// All that a guest kernel ever reports: never more than there is.
			return procfs.Memory{TotalBytes: 1 << 30}, nil
		}
		return procfs.Memory{TotalBytes: 1 << 30, AvailableBytes: 1 << 29}, nil
	}
	configured := before
	configured.MemoryLimitBytes = 1 << 30
	values.Set(configured)
	watch(t, guard)
	event := firstEvent(t, events)
	if exit := awaitExit(t, large); exit.Guard != Memory || exit.Code != 137 || event.PID != large.PID || event.Guard != Memory {
		t.Fatalf("exit %+v, event %+v", exit, event)
	}
	if !small.Running() {
		t.Fatal("the small one was killed too")
	}
}

func TestProcessGuardKillsTheLargestAndStartsAreRefusedMeanwhile(t *testing.T) {
	small := start(t, "sleep 600")
	events := NewEvents()
	limit.SetLimit(20)
	defer limit.SetLimit(0)
	many := start(t, "for i in $(seq 30); do sleep 600 & done; wait")
	watch(t, New(values, table, limit, events))
	event := firstEvent(t, events)
	if exit := awaitExit(t, many); exit.Guard != Processes || event.PID != many.PID {
		t.Fatalf("exit %+v, event %+v", exit, event)
	}
	if !small.Running() {
		t.Fatal("the small one was killed too")
	}
}

func TestNobodyIsKilledForTheRoomOfWhatIsEnding(t *testing.T) {
	small := start(t, "sleep 600")
	limit.SetLimit(20)
	defer limit.SetLimit(0)
	many := start(t, "for i in $(seq 30); do sleep 600 & done; wait")
	guard := New(values, table, limit, NewEvents())
	// Processes that were killed are counted until the kernel is done with them, here for half a second.
	var gone time.Time
	guard.count = func() (uint32, uint64, error) {
		count, refusals, err := guard.countProcesses()
		if many.Running() {
			return count, refusals, err
		}
		if gone.IsZero() {
			gone = time.Now()
		}
		if time.Since(gone) < 500*time.Millisecond {
			return 30, refusals, err
		}
		return count, refusals, err
	}
	for deadline := time.Now().Add(30 * time.Second); table.CountThreads() < 20; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the many do not start")
		}
	}
	guard.clear(20)
	if exit := awaitExit(t, many); exit.Guard != Processes {
		t.Fatalf("exit %+v", exit)
	}
	if gone.IsZero() {
		t.Fatal("nobody looked while the killed ones were counted")
	}
	if !small.Running() {
		t.Fatal("the small one was killed for processes that were ending")
	}
}

func TestCrowdingIsCountedFromRefusals(t *testing.T) {
	var c crowd
	now := time.Unix(1000, 0)
	refusals := uint64(0)
	step := func(refuse bool, count uint32) bool {
		now = now.Add(100 * time.Millisecond)
		if refuse {
			refusals++
		}
		return c.at(now, count, 100, refusals)
	}
	for i := range 10 {
		// Every other look finds the bomb between two generations.
		if step(i%2 == 0, 60) {
			t.Fatalf("called a crowd after %d looks", i)
		}
	}
	if !step(true, 60) {
		t.Fatal("a bomb that hovers is not seen")
	}
	for range 5 {
		step(false, 50)
	}
	if step(true, 60) {
		t.Fatal("a calm does not begin a new count")
	}
}

func TestNobodyLooksBeforeACommandStartsNorAfterAllHasEnded(t *testing.T) {
	for _, process := range table.List() {
		process.Signal(9)
		awaitExit(t, process)
	}
	guard := New(values, table, limit, NewEvents())
	var looks atomic.Int64
	guard.count = func() (uint32, uint64, error) {
		looks.Add(1)
		return guard.countProcesses()
	}
	watch(t, guard)
	during := func(period time.Duration) int64 {
		before := looks.Load()
		time.Sleep(period)
		return looks.Load() - before
	}
	awaitRest := func() {
		for deadline := time.Now().Add(30 * time.Second); during(1500*time.Millisecond) != 0; {
			if time.Now().After(deadline) {
				t.Fatal("somebody looks on and on at nothing")
			}
		}
	}
	awaitRest()
	// What a command leaves behind is watched as well.
	leaves := start(t, "sleep 5 > /dev/null 2>&1 & true")
	awaitExit(t, leaves)
	if n := during(1500 * time.Millisecond); n == 0 {
		t.Fatal("nobody looked at what a command has left behind")
	}
	awaitRest()
}
