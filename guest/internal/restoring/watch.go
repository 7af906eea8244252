package restoring

import (
	"os"
	"sync"
	"time"
)

const (
	// checkpointFile answers a read once the guest was saved: in the original, and in each copy.
	checkpointFile = "/proc/gvisor/checkpoint"
	// retry is how long the watch rests when the file cannot be read.
	retry = time.Second
)

// Watch knows which copy the guest is.
type Watch struct {
	// changed is called with the new identity after a restore, before anyone else can see it.
	changed func(Identity)

	checkpoints, environment string

	mu    sync.Mutex
	known Identity
	// restores counts them.
	restores int
}

// NewWatch takes the identity of the start. It notices nothing under a kernel that is not gVisor's.
func NewWatch(changed func(Identity)) *Watch {
	return newWatch(changed, checkpointFile, environmentFile)
}

func newWatch(changed func(Identity), checkpoints, environment string) *Watch {
	watch := &Watch{changed: changed, checkpoints: checkpoints, environment: environment}
	watch.known, _ = readIdentity(environment)
	return watch
}

// RestoreID is that of the last restore, or else of the start.
func (w *Watch) RestoreID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.known.RestoreID
}

// Since returns a function that tells whether the guest was restored since its last call. It looks before it answers.
func (w *Watch) Since() func() bool {
	seen := 0
	return func() bool {
		w.Look()
		w.mu.Lock()
		defer w.mu.Unlock()
		restored := w.restores != seen
		seen = w.restores
		return restored
	}
}

// Run follows the saves of the guest for ever.
func (w *Watch) Run() {
	for {
		file, err := os.Open(w.checkpoints)
		if os.IsNotExist(err) {
			return
		}
		if err != nil {
			time.Sleep(retry)
			continue
		}
		// A restore between the last answer and this opening is answered by no read.
		w.Look()
		answer := make([]byte, 16)
		n, err := file.Read(answer)
		file.Close()
		if err != nil || n == 0 {
			time.Sleep(retry)
		}
		w.Look()
	}
}

// Look compares the identity with the known one, which is the guest's own only as long as it was not restored. Besides
// Run, whoever meets a sign of a restore calls it: one that falls between two reads is answered by neither.
func (w *Watch) Look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	current, readable := readIdentity(w.environment)
	if !readable || current.RestoreID == w.known.RestoreID {
		return
	}
	w.known = current
	w.restores++
	w.changed(current)
}
