// Command runsc is gVisor's own, with some things added: its processes collect garbage and give back what they no longer need
// once a sandbox has started, not before, those of sandboxes take short turns and find room for their descriptors, and
// subcommands pause and checkpoint at once, wait for a command line, and tell holes of a file from data.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"github.com/google/subcommands"
	"gvisor.dev/gvisor/runsc/cli/maincli"
	"gvisor.dev/gvisor/runsc/version"
)

// settled is when a start is over: what it needed is garbage by then, and the collector would let it lie for two minutes.
const settled = 4 * time.Second

// startingGC is how much the heap may grow, in percent, before it is collected during a start: to some 32 MiB at first, which
// no start fills. A sandbox that starts would otherwise spend a tenth of its processor time on collections that find nothing.
const startingGC = 800

// usualGC is Go's own.
const usualGC = 100

// starters are the subcommands that start a sandbox, or may come to.
var starters = []string{"run", "restore", awaitName}

// version.Version is set by the linker and has to be referred to.
var _ = version.Version()

func main() {
	debug.SetGCPercent(startingGC)
	// The two that live as long as a sandbox.
	if slices.Contains(os.Args, "boot") || slices.Contains(os.Args, "gofer") {
		time.AfterFunc(settled, func() {
			debug.SetGCPercent(usualGC)
			debug.FreeOSMemory()
		})
	} else {
		shortenSlices()
	}
	if slices.ContainsFunc(os.Args, func(word string) bool { return slices.Contains(starters, word) }) {
		// It waits for the kernel, beside what comes before a sandbox is started.
		go widenDescriptorTable()
	}
	if len(os.Args) == 3 && os.Args[1] == awaitName {
		if err := awaitCommandLine(); err != nil {
			fmt.Fprintln(os.Stderr, "runsc:", err)
			os.Exit(128)
		}
	}
	registerPrograms()
	subcommands.Register(new(pauseCheckpoint), "")
	subcommands.Register(new(await), "")
	subcommands.Register(new(dataRanges), "")
	maincli.Main()
}
