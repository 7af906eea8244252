package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"

	"nullspace.dev/imager/internal/furnish"
	"nullspace.dev/imager/internal/image"
	"nullspace.dev/imager/internal/layer"
	"nullspace.dev/imager/internal/limits"
	"nullspace.dev/imager/internal/registry"
	"nullspace.dev/imager/internal/report"
	"nullspace.dev/imager/internal/tree"
	"nullspace.dev/imager/internal/upper"
)

// Files that the caller has opened.
const (
	outFD = 3 + iota
	baseFD
	manifestFD
	tarFD
	metadataFD
	pagesFD
)

type assembleOrder struct {
	// Digests of layers in the current folder, the lowest first. None: a base image and a snapshot of it are open.
	Layers []string `json:"layers"`
	// A root that nothing is in but what every image needs.
	Empty      bool   `json:"empty"`
	MaxBytes   uint64 `json:"max_bytes"`
	MaxEntries int    `json:"max_entries"`
}

// assemble writes one image into the open file.
func assemble(_ context.Context, input *bufio.Reader, reporter *report.Reporter) error {
	var order assembleOrder
	if err := readOrder(input, &order); err != nil {
		return err
	}
	limits.Apply(order.MaxBytes)
	w, err := image.NewWriter(os.NewFile(outFD, "image"), order.MaxBytes)
	if err != nil {
		return err
	}
	files := tree.New(tree.Bounds{MaxEntries: order.MaxEntries})
	if order.Empty || len(order.Layers) > 0 {
		err = unpack(order.Layers, files, w, reporter)
	} else {
		err = layOver(files)
	}
	if err != nil {
		return err
	}
	for _, notice := range files.Lost.Notices() {
		reporter.Notice(notice)
	}
	reporter.Progress("assemble", "", 0, 0)
	if err := w.Finish(files.Root); err != nil {
		return err
	}
	reporter.Done(map[string]any{})
	return nil
}

func unpack(digests []string, files *tree.Tree, w *image.Writer, reporter *report.Reporter) error {
	for index, digest := range digests {
		reporter.Progress("unpack", fmt.Sprintf("layer %d of %d", index+1, len(digests)), 0, 0)
		if err := unpackLayer(digest, files, w); err != nil {
			return err
		}
	}
	return furnish.Apply(files, w.ReadPlaced)
}

func unpackLayer(digest string, files *tree.Tree, w *image.Writer) error {
	name := registry.BlobName(digest)
	blob, err := layer.Open(name)
	if err != nil {
		return err
	}
	defer blob.Close()
	applied := layer.Apply(blob, files, w)
	var failure *report.Failure
	if applied != nil && !errors.As(applied, &failure) {
		return applied
	}
	// What is wrong with a damaged layer says nothing of the image.
	if err := blob.Verify(digest); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return applied
}

func layOver(files *tree.Tree) error {
	if err := image.Read(os.NewFile(baseFD, "base"), files); err != nil {
		return err
	}
	snapshot, err := upper.Open(upper.Files{
		Manifest:      os.NewFile(manifestFD, "manifest"),
		Tar:           os.NewFile(tarFD, "tar"),
		PagesMetadata: os.NewFile(metadataFD, "metadata"),
		Pages:         os.NewFile(pagesFD, "pages"),
	})
	if err != nil {
		return err
	}
	return upper.Apply(snapshot, files)
}
