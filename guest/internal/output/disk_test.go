package output

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

func onDisk() Limits {
	return Limits{
		HeadBytes: 1 << 20, TailBytes: 4 << 20, StarvedTailBytes: 64 << 10, MemoryBytes: 300 << 10, Patience: time.Minute,
	}
}

// lines are numbered, so that no two stretches of output are alike.
func lines(from, to int) []byte {
	var text bytes.Buffer
	for i := from; i < to; i++ {
		fmt.Fprintf(&text, "line %d\n", i)
	}
	return text.Bytes()
}

func TestWhatIsOnTheDiskIsReadFromAnyOffset(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	disk := NewDisk(t.TempDir(), 1<<30)
	log := NewLog(NewBudget(1<<30).WithDisk(disk, 1<<30), onDisk(), 0)
	var written [3][]byte
	for i := range 3000 {
		stream, data := Stream(1+random.IntN(2)), lines(i*50, i*50+random.IntN(600))
		log.Append(stream, data)
		written[stream] = append(written[stream], data...)
		if log.held > onDisk().MemoryBytes+2*ChunkBytes {
			t.Fatalf("%d bytes in memory", log.held)
		}
	}
	log.End()
	if log.Counts().Dropped == 0 || disk.Size() < 4<<20 || disk.Size() > 7<<20 {
		t.Fatalf("%+v, %d bytes on the disk", log.Counts(), disk.Size())
	}
	firstKept := [3]uint64{Stdout: log.tail[0].from[Stdout], Stderr: log.tail[0].from[Stderr]}
	for range 50 {
		var from [3]uint64
		for _, stream := range []Stream{Stdout, Stderr} {
			from[stream] = firstKept[stream] + random.Uint64N(uint64(len(written[stream]))-firstKept[stream]+1)
		}
		streams, gaps := readAll(t, log.Attach(from[Stdout], from[Stderr]))
		for _, stream := range []Stream{Stdout, Stderr} {
			if gaps != 0 || !bytes.Equal(streams[stream], written[stream][from[stream]:]) {
				t.Fatalf("stream %d from %d: %d bytes of %d, %d gaps", stream, from[stream], len(streams[stream]), len(written[stream]), gaps)
			}
		}
	}
	kept := log.Snapshot()
	if len(kept.Output) != 1<<20 || !kept.Truncated || !bytes.HasPrefix(written[Stdout], kept.Stdout) || !bytes.HasPrefix(written[Stderr], kept.Stderr) {
		t.Fatalf("%d bytes of the start", len(kept.Output))
	}
	log.Forget()
	if disk.Size() != 0 || log.held != 0 {
		t.Fatalf("%d bytes left on the disk, %d in memory", disk.Size(), log.held)
	}
}

func TestAFullDiskMakesTheWindowSmaller(t *testing.T) {
	for name, limit := range map[string]int64{"from the start": 0, "on the way": 2 << 20} {
		t.Run(name, func(t *testing.T) {
			budget := NewBudget(1<<30).WithDisk(NewDisk(t.TempDir(), limit), 1<<30)
			log := NewLog(budget, onDisk(), 0)
			all := lines(0, 1_000_000)
			for at := 0; at < len(all); at += 10_000 {
				log.Append(Stdout, all[at:min(len(all), at+10_000)])
				if log.held > 3<<20 {
					t.Fatalf("%d bytes in memory", log.held)
				}
			}
			log.End()
			streams, gaps := readAll(t, log.Attach(0, 0))
			counts := log.Counts()
			if gaps != 1 || counts.Dropped != uint64(len(all)-len(streams[Stdout])) {
				t.Fatalf("%d gaps, %d bytes, %+v", gaps, len(streams[Stdout]), counts)
			}
			first := len(log.Snapshot().Output)
			if rest := streams[Stdout][first:]; !bytes.HasSuffix(all, rest) || !bytes.HasPrefix(all, streams[Stdout][:first]) || len(rest) < 200<<10 {
				t.Fatalf("%d bytes of the start, %d of the end", first, len(rest))
			}
		})
	}
}

func TestAFolderThatIsNotThere(t *testing.T) {
	budget := NewBudget(1<<30).WithDisk(NewDisk(t.TempDir()+"/missing", 1<<30), 1<<30)
	log := NewLog(budget, onDisk(), 0)
	for range 100 {
		log.Append(Stdout, make([]byte, 100_000))
	}
	if log.held > 2<<20 || log.Counts().Dropped == 0 {
		t.Fatalf("%d bytes in memory, %+v", log.held, log.Counts())
	}
}

func TestManyLogsShareTheMemory(t *testing.T) {
	budget := NewBudget(1<<30).WithDisk(NewDisk(t.TempDir(), 1<<30), 2<<20)
	var logs []*Log
	for range 100 {
		log := NewLog(budget, onDisk(), 0)
		log.Append(Stdout, make([]byte, 200<<10))
		logs = append(logs, log)
	}
	if memory := budget.memory.Load(); memory > 3<<20 {
		t.Fatalf("%d bytes in memory", memory)
	}
	for _, log := range logs {
		log.End()
		if kept := log.Snapshot(); len(kept.Output) != 200<<10 {
			t.Fatalf("%d bytes kept", len(kept.Output))
		}
		log.Forget()
	}
	if memory := budget.memory.Load(); memory != 0 {
		t.Fatalf("%d bytes counted after all were dropped", memory)
	}
}

func TestCrumbsCostNoMoreThanTheyMay(t *testing.T) {
	disk := NewDisk(t.TempDir(), 1<<30)
	log := NewLog(NewBudget(1<<30).WithDisk(disk, 1<<30), onDisk(), 0)
	for i := range 100_000 {
		log.Append(Stream(1+i%2), []byte{byte(i)})
	}
	if log.held > 1<<20 {
		t.Fatalf("%d bytes in memory", log.held)
	}
	log.End()
	if streams, gaps := readAll(t, log.Attach(0, 0)); gaps != 0 || len(streams[Stdout]) != 50_000 || len(streams[Stderr]) != 50_000 {
		t.Fatalf("%d and %d bytes, %d gaps", len(streams[Stdout]), len(streams[Stderr]), gaps)
	}
}

func TestTheFileHasNoName(t *testing.T) {
	folder := t.TempDir()
	log := NewLog(NewBudget(1<<30).WithDisk(NewDisk(folder, 1<<30), 1<<30), onDisk(), 0)
	log.Append(Stdout, make([]byte, 1<<20))
	if found, err := os.ReadDir(folder); err != nil || len(found) > 0 || !log.head[0].onDisk {
		t.Fatalf("%v %v", found, err)
	}
}

func TestSpaceOnTheDiskIsTakenAgain(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	disk := NewDisk(t.TempDir(), 64<<20)
	taken := map[*segment]byte{}
	for round := range 2000 {
		if len(taken) > 20 || random.IntN(3) == 0 {
			for s, mark := range taken {
				data, _, err := disk.load(s, nil)
				if err != nil || !bytes.Equal(data, bytes.Repeat([]byte{mark}, s.size)) {
					t.Fatalf("a segment of %d bytes is not what it was: %v", s.size, err)
				}
				disk.giveBack(s.place)
				delete(taken, s)
				break
			}
			continue
		}
		s := &segment{data: bytes.Repeat([]byte{byte(round)}, 1+random.IntN(ChunkBytes))}
		s.size = len(s.data)
		place, err := disk.store(s)
		if err != nil {
			t.Fatal(err)
		}
		s.place = place
		taken[s] = byte(round)
		if disk.Size() > 21*2*(ChunkBytes+blockBytes) {
			t.Fatalf("%d bytes for at most 21 segments", disk.Size())
		}
	}
	for s := range taken {
		disk.giveBack(s.place)
	}
	if disk.Size() != 0 || len(disk.free) != 0 {
		t.Fatalf("%d bytes and %d gaps left", disk.Size(), len(disk.free))
	}
}
