// Command runsc is gVisor's own, with three things added: its processes give back what they no longer need once a sandbox
// has started, those of sandboxes take short turns, and a subcommand pauses and checkpoints at once.
package main

import (
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

// version.Version is set by the linker and has to be referred to.
var _ = version.Version()

func main() {
	// The two that live as long as a sandbox.
	if slices.Contains(os.Args, "boot") || slices.Contains(os.Args, "gofer") {
		time.AfterFunc(settled, debug.FreeOSMemory)
	} else {
		shortenSlices()
	}
	registerPrograms()
	subcommands.Register(new(pauseCheckpoint), "")
	maincli.Main()
}
