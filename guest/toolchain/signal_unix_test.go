// Package toolchain checks that the agent's changes to Go's runtime fit the Go that is installed.
package toolchain

import (
	"go/parser"
	"go/token"
	"os/exec"
	"strings"
	"testing"
)

func TestTheKernelIsAskedBeforeHandlersAreTakenAwayOneByOne(t *testing.T) {
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	file := strings.TrimSpace(string(goroot)) + "/src/runtime/signal_unix.go"
	changed, err := exec.Command("sed", "-f", "signal_unix.sed", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(changed), "\nfunc clearSignalHandlers() {\n")
	body, _, _ := strings.Cut(rest, "\n}\n")
	if !strings.Contains(body, "if i == _SIGHUP && getsig(i) == _SIG_DFL {\n\t\t\t\treturn") {
		t.Fatalf("signal_unix.sed finds nothing to change in this version of Go:\n%s", body)
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "signal_unix.go", changed, 0); err != nil {
		t.Fatal(err)
	}
}
