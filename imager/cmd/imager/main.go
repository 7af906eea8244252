// Command imager makes root images: it fetches images from registries, and puts layers, a base image or the saved files
// of a sandbox together to one EROFS image. It reads an order as one line of JSON from its standard input and reports in
// lines of JSON. Its caller gives it an account without rights and, unless it fetches, no network.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"nullspace.dev/imager/internal/report"
)

const largestOrder = 1 << 20

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	reporter := report.New(os.Stdout)
	if err := run(ctx, reporter); err != nil {
		reporter.Failed(err)
		os.Exit(1)
	}
}

func run(ctx context.Context, reporter *report.Reporter) error {
	input := bufio.NewReaderSize(os.Stdin, largestOrder)
	commands := map[string]func(context.Context, *bufio.Reader, *report.Reporter) error{
		"fetch":    fetch,
		"assemble": assemble,
	}
	if len(os.Args) != 2 || commands[os.Args[1]] == nil {
		return fmt.Errorf("usage: imager fetch|assemble, with an order as JSON on the standard input")
	}
	return commands[os.Args[1]](ctx, input, reporter)
}

// readOrder reads one line and refuses fields that the order does not have.
func readOrder(input *bufio.Reader, into any) error {
	line, err := input.ReadSlice('\n')
	if err != nil {
		return fmt.Errorf("the order cannot be read: %w", err)
	}
	return json.Unmarshal(line, into)
}
