// The filter program of a host: changes sets of the packet filter without a process for each change.
package main

import (
	"fmt"
	"os"

	"nullspace.dev/egress/internal/filter"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "filter:", err)
		os.Exit(1)
	}
}

func run() error {
	conn, err := filter.Open()
	if err != nil {
		return err
	}
	return filter.Serve(os.Stdin, os.Stdout, conn.Apply)
}
