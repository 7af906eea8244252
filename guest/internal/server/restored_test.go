package server

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/hooks"
)

func writeHook(t *testing.T, folder, name, script string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+script+"\n"), mode); err != nil {
		t.Fatal(err)
	}
}

func useHooks(t *testing.T, folder string) {
	t.Helper()
	service.Hooks = hooks.NewRunnerIn(folder, service.Processes)
	t.Cleanup(func() { service.Hooks = hooks.NewRunner(service.Processes) })
}

func TestACopyIsClosedUntilItsHooksHaveRun(t *testing.T) {
	folder, mark := t.TempDir(), filepath.Join(t.TempDir(), "mark")
	writeHook(t, folder, "20-second", "echo second $(id -u) >> "+mark+"; echo complaint >&2; exit 3", 0o755)
	writeHook(t, folder, "10-first", "echo first >> "+mark, 0o755)
	writeHook(t, folder, "30-not-executable", "echo third >> "+mark, 0o644)
	writeHook(t, folder, ".hidden", "echo hidden >> "+mark, 0o755)
	if err := os.Mkdir(filepath.Join(folder, "40-folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	useHooks(t, folder)
	service.Gate.Restore()
	t.Cleanup(service.Gate.Admit)
	_, err := agent.Run(deadline(t), connect.NewRequest(&guestv1.RunRequest{Command: shell("true")}))
	if err == nil || code(t, err) != "restoring" {
		t.Fatalf("a call got through: %v", err)
	}
	answer := must[*connect.Response[guestv1.ConfigureResponse]](t)(agent.Configure(deadline(t),
		connect.NewRequest(&guestv1.ConfigureRequest{Restored: true}))).Msg
	if len(answer.HookFailures) != 1 || answer.HookFailures[0].Name != "20-second" ||
		answer.HookFailures[0].Message != "ended with status 3: complaint" {
		t.Fatalf("failures %v", answer.HookFailures)
	}
	ran, _ := os.ReadFile(mark)
	if string(ran) != "first\nsecond 0\n" {
		t.Fatalf("ran %q", ran)
	}
	runCommand(t, shell("true"))
	listed := must[*connect.Response[guestv1.ListProcessesResponse]](t)(agent.ListProcesses(deadline(t), connect.NewRequest(&guestv1.ListProcessesRequest{})))
	if slices.ContainsFunc(listed.Msg.Processes, func(p *guestv1.Process) bool { return strings.Contains(p.Command, folder) }) {
		t.Fatal("hooks are listed as commands")
	}
}

func TestAHookThatHangsIsEnded(t *testing.T) {
	folder := t.TempDir()
	writeHook(t, folder, "10-hangs", "sleep 600 & sleep 600", 0o755)
	writeHook(t, folder, "20-fine", "true", 0o755)
	useHooks(t, folder)
	service.Hooks.Time = 300 * time.Millisecond
	answer := must[*connect.Response[guestv1.ConfigureResponse]](t)(agent.Configure(deadline(t),
		connect.NewRequest(&guestv1.ConfigureRequest{Restored: true}))).Msg
	if len(answer.HookFailures) != 1 || answer.HookFailures[0].Message != "was ended after 300ms" {
		t.Fatalf("failures %v", answer.HookFailures)
	}
}

func TestConfigureRefusesAnythingButAMachineID(t *testing.T) {
	for _, id := range []string{"", "short", strings.Repeat("A", 32), strings.Repeat("a", 33), strings.Repeat("a", 31) + "\n"} {
		_, err := agent.Configure(deadline(t), connect.NewRequest(&guestv1.ConfigureRequest{MachineId: &id}))
		if err == nil || code(t, err) != "invalid_argument" {
			t.Errorf("%q: %v", id, err)
		}
	}
}
