package output

import (
	"bytes"
	"context"
	"runtime"
	"testing"
	"time"
)

func TestAHeldPieceIsNotOverwritten(t *testing.T) {
	log := NewLog(NewBudget(1<<30), small(), 0)
	reader := log.Attach(0, 0)
	fill := func(value byte) { log.Append(Stdout, bytes.Repeat([]byte{value}, ChunkBytes)) }
	fill('a')
	// The head is a segment of its own.
	var piece Piece
	for range 2 {
		var err error
		if piece, err = reader.Next(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	// Its segment leaves the log, and others come and go, since the reader is not waited for forever.
	for range 20 {
		fill('b')
	}
	if len(bytes.Trim(piece.Data, "a")) > 0 {
		t.Fatal("the piece was overwritten while its reader had it")
	}
	reader.Close()
}

func TestPassingOutputIsKeptInMemoryThatIsUsedAgain(t *testing.T) {
	const pieces = 400
	log := NewLog(NewBudget(1<<30), Limits{HeadBytes: 1 << 20, TailBytes: 1 << 20, Patience: time.Minute}, 0)
	reader := log.Attach(0, 0)
	defer reader.Close()
	data := make([]byte, ChunkBytes)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range pieces {
			log.Append(Stdout, data)
		}
		log.End()
	}()
	drain(t, reader)
	<-done
	runtime.ReadMemStats(&after)
	if made := after.TotalAlloc - before.TotalAlloc; made > pieces*ChunkBytes/2 {
		t.Fatalf("%d bytes were allocated for %d bytes of output", made, pieces*ChunkBytes)
	}
}

// drain reads to the end and keeps nothing.
func drain(t *testing.T, reader *Reader) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	for {
		if _, err := reader.Next(ctx); err != nil {
			if ctx.Err() != nil {
				t.Fatal(err)
			}
			return
		}
	}
}
