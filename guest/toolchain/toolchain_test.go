// Package toolchain checks that the agent's changes to Go's runtime fit the Go that is installed.
package toolchain

import (
	"go/parser"
	"go/token"
	"os/exec"
	"strings"
	"testing"
)

// change returns the body of a function of Go's runtime as the agent has it.
func change(t *testing.T, name, function string) string {
	t.Helper()
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	file := strings.TrimSpace(string(goroot)) + "/src/runtime/" + name + ".go"
	changed, err := exec.Command("sed", "-f", name+".sed", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.ParseFile(token.NewFileSet(), file, changed, 0); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(changed), "\nfunc "+function+"() {\n")
	body, _, _ := strings.Cut(rest, "\n}\n")
	return body
}

func TestTheKernelIsAskedBeforeHandlersAreTakenAwayOneByOne(t *testing.T) {
	body := change(t, "signal_unix", "clearSignalHandlers")
	if !strings.Contains(body, "if i == _SIGHUP && getsig(i) == _SIG_DFL {\n\t\t\t\treturn") {
		t.Fatalf("signal_unix.sed finds nothing to change in this version of Go:\n%s", body)
	}
}

func TestTheWatcherOfThreadsLooksEachMillisecond(t *testing.T) {
	body := change(t, "proc", "sysmon")
	if strings.Count(body, "delay = 1000") != 2 {
		t.Fatalf("proc.sed finds nothing to change in this version of Go:\n%s", body)
	}
}
