package main

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"testing"

	"gvisor.dev/gvisor/pkg/bpf"
	"gvisor.dev/gvisor/pkg/seccomp"
	"gvisor.dev/gvisor/pkg/seccomp/precompiledseccomp"
	"gvisor.dev/gvisor/pkg/sentry/platform"
	_ "gvisor.dev/gvisor/pkg/sentry/platform/systrap"
	sandbox "gvisor.dev/gvisor/runsc/boot/filter/config"
	gofer "gvisor.dev/gvisor/runsc/fsgofer/filter/config"
)

func TestProgramsAreThoseOfThisVersion(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("on other processors filters are compiled at each start")
	}
	// The test below compares those that are used; making all of them takes half a minute of a processor.
	if os.Getenv("NULLSPACE_TEST_LONG") == "" {
		t.Skip("part of long runs")
	}
	made, err := exec.Command("go", "run", "../precompile").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, compiled) {
		t.Error("programs.json is stale: go run ./precompile > runsc/programs.json")
	}
}

func TestProgramsEqualWhatAStartWouldCompile(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("on other processors filters are compiled at each start")
	}
	read, err := readPrograms()
	if err != nil {
		t.Fatal(err)
	}
	constructor, err := platform.Lookup("systrap")
	if err != nil {
		t.Fatal(err)
	}
	options := sandbox.Options{Platform: constructor.PrecompiledSeccompInfo()[0], HostFilesystem: true, ControllerFD: 17}
	allowed, denied := sandbox.Rules(options)
	expectSame(t, read.Sandbox, options.ConfigKey(), options.Vars(), allowed, denied, sandbox.SeccompOptions(options))
	for _, lisafs := range []bool{false, true} {
		options := gofer.Options{DirectFS: true, LisafsNeeded: lisafs}
		allowed, denied := gofer.Rules(options)
		expectSame(t, read.Gofer, options.ConfigKey(), options.Vars(), allowed, denied, seccomp.ProgramOptions{})
	}
}

func expectSame(
	t *testing.T, known []precompiledseccomp.Program, key string, vars precompiledseccomp.Values,
	allowed, denied seccomp.SyscallRules, options seccomp.ProgramOptions,
) {
	t.Helper()
	index := slices.IndexFunc(known, func(program precompiledseccomp.Program) bool { return program.Name == key })
	if index < 0 {
		t.Fatalf("there is no program for %s", key)
	}
	got, err := known[index].RenderInstructions(vars)
	if err != nil {
		t.Fatal(err)
	}
	fresh := &seccomp.Program{
		RuleSets: []seccomp.RuleSet{{Rules: denied}, {Rules: allowed, Action: seccomp.Allow}},
		Options:  options,
	}
	want, _, err := fresh.Build()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, []bpf.Instruction(want)) {
		t.Errorf("%s: %d instructions, and a start would compile %d others", key, len(got), len(want))
	}
}
