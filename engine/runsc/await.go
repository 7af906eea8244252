package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"unsafe"

	"github.com/google/subcommands"
	"golang.org/x/sys/unix"
	"gvisor.dev/gvisor/runsc/flag"
)

// awaitName is the subcommand of a process that is started ahead, of a command line that nobody knows yet. By the time
// that there is one, it has done what takes a process of runsc 12 to 16 ms before it begins.
// One more word follows, which is as long as a command line may become: showCommandLine needs the room.
const awaitName = "await"

// channel is where who started such a process sends it the words of its command line, as a JSON array in one line.
const channel = 3

// taken is the answer: from here on the process does what it was told.
const taken = "taken\n"

// awaitCommandLine waits for the command line of this process and puts it in place of its own. The process ends when
// who started it does.
func awaitCommandLine() error {
	unix.CloseOnExec(channel)
	file := os.NewFile(channel, "command line")
	// It may wait for hours.
	debug.FreeOSMemory()
	line, err := bufio.NewReader(file).ReadBytes('\n')
	if err != nil {
		os.Exit(0)
	}
	var words []string
	if err := json.Unmarshal(line, &words); err != nil {
		return fmt.Errorf("reading a command line: %w", err)
	}
	words = append([]string{os.Args[0]}, words...)
	if err := showCommandLine(words); err != nil {
		return fmt.Errorf("showing a command line: %w", err)
	}
	// Fails when its other end is gone: then nobody waits for the command, and who came after has looked for such as
	// this before it showed itself.
	if _, err := file.Write([]byte(taken)); err != nil {
		os.Exit(0)
	}
	os.Args = words
	return file.Close()
}

// showCommandLine changes what others read in /proc/<pid>/cmdline, by which commands are found whose host has ended. The
// kernel reads it where it put the words of this process, so there they are written over.
func showCommandLine(words []string) error {
	first, last := unsafe.StringData(os.Args[0]), os.Args[len(os.Args)-1]
	end := uintptr(unsafe.Pointer(unsafe.StringData(last))) + uintptr(len(last))
	shown := unsafe.Slice(first, end-uintptr(unsafe.Pointer(first)))
	text := strings.Join(words, "\x00")
	if len(text) > len(shown) {
		return fmt.Errorf("it has %d bytes, and there is room for %d", len(text), len(shown))
	}
	clear(shown[copy(shown, text):])
	return nil
}

// await lets `runsc help` tell that this runsc has the subcommand. It is over before subcommands are looked at.
type await struct{}

func (await) Name() string           { return awaitName }
func (await) Synopsis() string       { return "wait for a command line" }
func (await) SetFlags(*flag.FlagSet) {}

func (await) Usage() string {
	return "await <room for it> - read a command line from descriptor 3, as JSON, and obey it.\n"
}

func (await) Execute(context.Context, *flag.FlagSet, ...any) subcommands.ExitStatus {
	return subcommands.ExitUsageError
}
