package restoring

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// machine plays the two files of the kernel.
type machine struct{ checkpoints, environment string }

func newMachine(t *testing.T) machine {
	t.Helper()
	folder := t.TempDir()
	made := machine{filepath.Join(folder, "checkpoint"), filepath.Join(folder, "environ")}
	if err := unix.Mkfifo(made.checkpoints, 0o600); err != nil {
		t.Fatal(err)
	}
	made.become(t, "", "first")
	return made
}

func (m machine) become(t *testing.T, id, token string) {
	t.Helper()
	content := strings.Join([]string{"PATH=/bin", idVariable + "=" + id, tokenVariable + "=" + token, ""}, "\x00")
	if err := os.WriteFile(m.environment, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (m machine) answer(t *testing.T, word string) {
	t.Helper()
	if err := os.WriteFile(m.checkpoints, []byte(word+"\n"), 0); err != nil {
		t.Fatal(err)
	}
}

func TestARestoreIsNoticedAndASaveIsNot(t *testing.T) {
	kernel := newMachine(t)
	noticed := make(chan Identity, 10)
	watch := newWatch(func(now Identity) { noticed <- now }, kernel.checkpoints, kernel.environment)
	go watch.Run()
	kernel.answer(t, "resume")
	kernel.become(t, "copy-1", "second")
	kernel.answer(t, "restore")
	select {
	case now := <-noticed:
		if now != (Identity{RestoreID: "copy-1", Token: "second"}) {
			t.Fatalf("noticed %+v", now)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the restore was not noticed")
	}
	if watch.RestoreID() != "copy-1" || len(noticed) != 0 {
		t.Fatalf("id %q, %d more", watch.RestoreID(), len(noticed))
	}
}

func TestSinceLooksBeforeItAnswers(t *testing.T) {
	kernel := newMachine(t)
	noticed := 0
	watch := newWatch(func(Identity) { noticed++ }, kernel.checkpoints, kernel.environment)
	slept := watch.Since()
	if slept() {
		t.Fatal("slept before any restore")
	}
	kernel.become(t, "copy-1", "second")
	if !slept() || slept() || noticed != 1 {
		t.Fatalf("noticed %d times", noticed)
	}
}

func TestAnotherKernelHasNothingToNotice(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	watch := newWatch(func(Identity) { t.Error("noticed a restore") }, missing, missing)
	watch.Run()
	if watch.RestoreID() != "" || watch.Since()() {
		t.Fatal("a restore out of nothing")
	}
}
