package main

import (
	"bufio"
	"context"

	"nullspace.dev/imager/internal/limits"
	"nullspace.dev/imager/internal/registry"
	"nullspace.dev/imager/internal/report"
)

// fetch tells what a reference is, and after one more line of input stores its layers in the current folder. The end
// of the input instead says that the layers are not needed.
func fetch(ctx context.Context, input *bufio.Reader, reporter *report.Reporter) error {
	var order registry.Order
	if err := readOrder(input, &order); err != nil {
		return err
	}
	limits.Apply(order.MaxBytes)
	image, source, err := registry.Resolve(ctx, order)
	if err != nil {
		return err
	}
	reporter.Resolved(image)
	if _, err := input.ReadString('\n'); err != nil {
		return nil
	}
	fetched, err := source.FetchLayers(ctx, image, func(done, total uint64) {
		reporter.Progress("pull", "", done, total)
	})
	if err != nil {
		return err
	}
	reporter.Done(map[string]int{"fetched": fetched})
	return nil
}
