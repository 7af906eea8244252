package output

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

func small() Limits {
	return Limits{HeadBytes: 1000, TailBytes: 100 << 10, StarvedTailBytes: 100, Patience: 20 * time.Millisecond}
}

func readAll(t *testing.T, reader *Reader) (streams [3][]byte, gaps int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	stdout, stderr := reader.Offsets()
	next := [3]uint64{Stdout: stdout, Stderr: stderr}
	for {
		piece, err := reader.Next(ctx)
		if errors.Is(err, io.EOF) {
			return streams, gaps
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(piece.Data) == 0 || len(piece.Data) > ChunkBytes || piece.Offset < next[piece.Stream] {
			t.Fatalf("piece at %d of %d bytes, expected from %d", piece.Offset, len(piece.Data), next[piece.Stream])
		}
		if piece.Offset > next[piece.Stream] {
			gaps++
		}
		next[piece.Stream] = piece.Offset + uint64(len(piece.Data))
		streams[piece.Stream] = append(streams[piece.Stream], piece.Data...)
	}
}

func TestReadersSeeEveryByteOnceWhereverTheyBegin(t *testing.T) {
	for seed := range uint64(15) {
		random := rand.New(rand.NewPCG(seed, 1))
		log := NewLog(NewBudget(1<<30), Limits{HeadBytes: random.IntN(100_000), TailBytes: 1 << 20, Patience: time.Minute}, 0)
		var written [3][]byte
		type result struct {
			from    [3]uint64
			streams [3][]byte
			gaps    int
		}
		var results []*result
		var group sync.WaitGroup
		for range 100 {
			stream := Stream(1 + random.IntN(2))
			data := make([]byte, random.IntN(10_000))
			for i := range data {
				data[i] = byte(random.Uint32())
			}
			log.Append(stream, data)
			written[stream] = append(written[stream], data...)
			if random.IntN(10) == 0 {
				reader := log.Attach(random.Uint64N(uint64(len(written[Stdout])+1)), random.Uint64N(uint64(len(written[Stderr])+1)))
				found := &result{}
				found.from[Stdout], found.from[Stderr] = reader.Offsets()
				results = append(results, found)
				group.Go(func() {
					defer reader.Close()
					found.streams, found.gaps = readAll(t, reader)
				})
			}
		}
		log.End()
		group.Wait()
		for _, found := range results {
			for _, stream := range []Stream{Stdout, Stderr} {
				if found.gaps != 0 || !bytes.Equal(found.streams[stream], written[stream][found.from[stream]:]) {
					t.Fatalf("seed %d stream %d from %d: %d bytes of %d, %d gaps", seed, stream, found.from[stream],
						len(found.streams[stream]), len(written[stream]), found.gaps)
				}
			}
		}
	}
}

func TestAReaderAheadOfTheWriterGetsTheRestAlone(t *testing.T) {
	log := NewLog(NewBudget(1<<30), small(), 0)
	reader := log.Attach(4, 2)
	for _, data := range []string{"1\n", "2\n3", "\n4\n"} {
		log.Append(Stdout, []byte(data))
	}
	log.Append(Stderr, []byte("x"))
	log.End()
	if streams, gaps := readAll(t, reader); string(streams[Stdout]) != "3\n4\n" || len(streams[Stderr]) > 0 || gaps > 0 {
		t.Fatalf("%q %q, %d gaps", streams[Stdout], streams[Stderr], gaps)
	}
}

func TestSnapshotKeepsTheStartInOrder(t *testing.T) {
	log := NewLog(NewBudget(1<<20), small(), 0)
	log.Append(Stdout, []byte("a"))
	log.Append(Stderr, []byte("b"))
	log.Append(Stdout, []byte("c"))
	kept := log.Snapshot()
	if string(kept.Output) != "abc" || string(kept.Stdout) != "ac" || string(kept.Stderr) != "b" || kept.Truncated {
		t.Fatalf("%+v", kept)
	}
	log.Append(Stdout, bytes.Repeat([]byte("x"), 5000))
	kept = log.Snapshot()
	if len(kept.Output) != 1000 || !kept.Truncated || !bytes.HasPrefix(kept.Output, []byte("abcxxx")) {
		t.Fatalf("%d bytes, truncated %v", len(kept.Output), kept.Truncated)
	}
}

func TestCollectCutsEachStreamAtItsLimit(t *testing.T) {
	log := NewLog(NewBudget(1<<20), small(), 3000)
	for range 50 {
		log.Append(Stdout, bytes.Repeat([]byte("o"), 100))
		log.Append(Stderr, bytes.Repeat([]byte("e"), 20))
	}
	stdout, cut := log.Collect(Stdout, 3000)
	if len(stdout) != 3000 || !cut || bytes.Trim(stdout, "o") != nil && len(bytes.Trim(stdout, "o")) > 0 {
		t.Fatalf("stdout %d cut %v", len(stdout), cut)
	}
	stderr, cut := log.Collect(Stderr, 3000)
	if len(stderr) != 1000 || cut {
		t.Fatalf("stderr %d cut %v", len(stderr), cut)
	}
}

func TestWriterWaitsForAReaderButNotForever(t *testing.T) {
	log := NewLog(NewBudget(1<<30), small(), 0)
	reader := log.Attach(0, 0)
	defer reader.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 100 {
			log.Append(Stdout, make([]byte, ChunkBytes))
		}
		log.End()
	}()
	select {
	case <-done:
	case <-time.After(60 * time.Second):
		t.Fatal("the writer waits for a reader that never reads")
	}
	streams, gaps := readAll(t, reader)
	if gaps == 0 || len(streams[Stdout]) > 1000+100<<10+2*ChunkBytes {
		t.Fatalf("%d bytes, %d gaps", len(streams[Stdout]), gaps)
	}
}

func TestAnExpectedReaderLosesNothingBeforeItComes(t *testing.T) {
	limits := small()
	limits.TailBytes, limits.Patience = 1<<20, time.Minute
	log := NewLog(NewBudget(1<<30), limits, 0)
	log.ExpectReader()
	data := bytes.Repeat([]byte("x"), 10*limits.TailBytes)
	go func() {
		for at := 0; at < len(data); at += 1000 {
			log.Append(Stdout, data[at:min(len(data), at+1000)])
		}
		log.End()
	}()
	for log.Counts().Stdout < uint64(limits.TailBytes) {
		time.Sleep(time.Millisecond)
	}
	if streams, gaps := readAll(t, log.Attach(0, 0)); gaps > 0 || len(streams[Stdout]) != len(data) {
		t.Fatalf("%d bytes with %d gaps", len(streams[Stdout]), gaps)
	}
}

func TestAnExpectedReaderThatDoesNotComeIsNotWaitedForForever(t *testing.T) {
	log := NewLog(NewBudget(1<<30), small(), 0)
	log.ExpectReader()
	for range 100 {
		log.Append(Stdout, make([]byte, 64<<10))
	}
}

func TestBudgetDropsTheOldestFinishedFirst(t *testing.T) {
	budget := NewBudget(1_000_000)
	limits := Limits{HeadBytes: 400_000, TailBytes: 100_000, StarvedTailBytes: 64_000, Patience: time.Minute}
	var logs []*Log
	for range 4 {
		log := NewLog(budget, limits, 0)
		log.Append(Stdout, make([]byte, 300_000))
		log.End()
		logs = append(logs, log)
	}
	if kept := logs[0].Snapshot(); len(kept.Output) != 0 || !kept.Truncated {
		t.Fatal("the oldest was kept")
	}
	for _, log := range logs[1:] {
		if len(log.Snapshot().Output) != 300_000 {
			t.Fatal("a newer one was dropped")
		}
	}
	running := NewLog(budget, limits, 1<<30)
	for range 100 {
		running.Append(Stdout, make([]byte, 100_000))
	}
	if used := budget.Used(); used > 1_200_000 {
		t.Fatalf("%d bytes kept", used)
	}
	running.Release()
	running.End()
	running.Forget()
	for _, log := range logs {
		log.Forget()
	}
	if used := budget.Used(); used != 0 {
		t.Fatalf("%d bytes counted after all were dropped", used)
	}
}

func TestManyRunningLogsStayNearTheBudget(t *testing.T) {
	budget := NewBudget(2_000_000)
	limits := Limits{HeadBytes: 800_000, TailBytes: 400_000, StarvedTailBytes: 64_000, Patience: time.Minute}
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			log := NewLog(budget, limits, 1<<20)
			for range 200 {
				log.Append(Stdout, make([]byte, 3000))
				log.Append(Stderr, make([]byte, 3000))
			}
		})
	}
	group.Wait()
	if used := budget.Used(); used > 2_000_000+50*200_000 || used < 0 {
		t.Fatalf("%d bytes kept", used)
	}
}
