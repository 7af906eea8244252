package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	_ "unsafe" // for go:linkname

	"gvisor.dev/gvisor/pkg/seccomp/precompiledseccomp"
	sandbox "gvisor.dev/gvisor/runsc/boot/filter"
	gofer "gvisor.dev/gvisor/runsc/fsgofer/filter"
)

// compiled holds the system call filters of the sandbox and of the gofer, by what they are for. Compiling them anew
// takes a quarter of the processor time of a start. gVisor's own releases carry them too; its Go module does not.
//
//go:embed programs.json
var compiled []byte

// Where gVisor looks for them. A program that is not there is compiled.
//
//go:linkname sandboxPrograms gvisor.dev/gvisor/runsc/boot/filter.precompiledPrograms
var sandboxPrograms map[string]precompiledseccomp.Program

//go:linkname goferPrograms gvisor.dev/gvisor/runsc/fsgofer/filter.precompiledPrograms
var goferPrograms map[string]precompiledseccomp.Program

// programs are compiled filters. The key of each tells all that it depends on, the processor's architecture included.
type programs struct {
	Sandbox, Gofer []precompiledseccomp.Program
	// SelfOffsets are where the number of the process itself stands in each program of the sandbox.
	SelfOffsets [][]int
}

// registerPrograms has the processes that filter their system calls find compiled filters.
func registerPrograms() {
	if !slices.Contains(os.Args, "boot") && !slices.Contains(os.Args, "gofer") {
		return
	}
	read, err := readPrograms()
	if err != nil {
		fmt.Fprintln(os.Stderr, "runsc:", err)
		os.Exit(128)
	}
	// gVisor's own registration, which comes with the first question, starts with an empty map.
	sandbox.ListPrecompiled()
	gofer.ListPrecompiled()
	for _, program := range read.Sandbox {
		sandboxPrograms[program.Name] = program
	}
	for _, program := range read.Gofer {
		goferPrograms[program.Name] = program
	}
}

func readPrograms() (programs, error) {
	var read programs
	decoder := json.NewDecoder(bytes.NewReader(compiled))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		return programs{}, fmt.Errorf("reading compiled system call filters: %w", err)
	}
	for i, offsets := range read.SelfOffsets {
		for _, offset := range offsets {
			read.Sandbox[i].Bytecode32[offset] = uint32(os.Getpid())
		}
	}
	return read, nil
}
