// Command runsc is gVisor's own, with some things added: its processes give back what they no longer need once a sandbox
// has started, those of sandboxes take short turns, and subcommands pause and checkpoint at once, wait for a command line,
// and tell holes of a file from data.
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

// version.Version is set by the linker and has to be referred to.
var _ = version.Version()

func main() {
	// The two that live as long as a sandbox.
	if slices.Contains(os.Args, "boot") || slices.Contains(os.Args, "gofer") {
		time.AfterFunc(settled, debug.FreeOSMemory)
	} else {
		shortenSlices()
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
