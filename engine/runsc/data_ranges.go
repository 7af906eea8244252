package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"github.com/google/subcommands"
	"golang.org/x/sys/unix"
	"gvisor.dev/gvisor/runsc/cmd/util"
	"gvisor.dev/gvisor/runsc/flag"
)

// dataRanges tells what of a file is data and what are holes. Node.js cannot ask that.
type dataRanges struct{}

func (*dataRanges) Name() string {
	return "data-ranges"
}

func (*dataRanges) Synopsis() string {
	return "print where a sparse file has data"
}

func (*dataRanges) Usage() string {
	return "data-ranges <file> - print [[start, end], ...] in bytes as JSON.\n"
}

func (*dataRanges) SetFlags(*flag.FlagSet) {}

func (*dataRanges) Execute(_ context.Context, f *flag.FlagSet, _ ...any) subcommands.ExitStatus {
	if f.NArg() != 1 {
		f.Usage()
		return subcommands.ExitUsageError
	}
	file, err := os.Open(f.Arg(0))
	if err != nil {
		util.Fatalf("opening: %v", err)
	}
	ranges, err := findData(int(file.Fd()))
	if err != nil {
		util.Fatalf("looking for data: %v", err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(ranges); err != nil {
		util.Fatalf("printing: %v", err)
	}
	return subcommands.ExitSuccess
}

// findData answers with ranges whose gaps are worth to be left out.
func findData(fd int) ([][2]int64, error) {
	const leastGap = 1 << 20
	ranges := [][2]int64{}
	for end := int64(0); ; {
		start, err := unix.Seek(fd, end, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) {
			return ranges, nil
		}
		if err != nil {
			return nil, err
		}
		if end, err = unix.Seek(fd, start, unix.SEEK_HOLE); err != nil {
			return nil, err
		}
		if last := len(ranges) - 1; last >= 0 && start-ranges[last][1] < leastGap {
			ranges[last][1] = end
		} else {
			ranges = append(ranges, [2]int64{start, end})
		}
	}
}
