// Command precompile writes the system call filters that runsc starts with, as runsc/programs.json keeps them.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"gvisor.dev/gvisor/pkg/seccomp/precompiledseccomp"
	_ "gvisor.dev/gvisor/pkg/sentry/platform/systrap"
	sandbox "gvisor.dev/gvisor/runsc/boot/filter/config"
	gofer "gvisor.dev/gvisor/runsc/fsgofer/filter/config"
)

// What packages/runtime starts sandboxes with: systrap, the guest's own network, no devices, no sockets of the host.
var (
	sandboxOptions = []string{`Platform="systrap"`, "HostNetwork=false", "HostFilesystem=true", "NVProxy=false", "TPUProxy=false", "RDMAProxy=false"}
	goferOptions   = []string{"UDSOpenEnabled=false", "UDSCreateEnabled=false", "DirectFS=true", "CgoEnabled=false"}
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "precompile:", err)
		os.Exit(1)
	}
}

// programs are those of the sandbox and of the gofer, as runsc/programs.go reads them.
type programs struct {
	Sandbox, Gofer []precompiledseccomp.Program
	// SelfOffsets are where the number of the process itself stands in each program of the sandbox, beside its variables.
	SelfOffsets [][]int `json:",omitempty"`
}

func run() error {
	mine, err := compile()
	if err != nil {
		return err
	}
	if len(os.Args) == 1 {
		// Another process has another number, and differs in nothing else.
		other, err := exec.Command("/proc/self/exe", "other").Output()
		if err != nil {
			return err
		}
		if mine.SelfOffsets, err = findSelf(mine.Sandbox, other); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(mine)
}

func compile() (programs, error) {
	ofSandbox, err := sandbox.PrecompiledPrograms()
	if err != nil {
		return programs{}, err
	}
	ofGofer, err := gofer.PrecompiledPrograms()
	if err != nil {
		return programs{}, err
	}
	chosen := programs{Sandbox: choose(ofSandbox, sandboxOptions), Gofer: choose(ofGofer, goferOptions)}
	if len(chosen.Sandbox) == 0 || len(chosen.Gofer) == 0 {
		return programs{}, fmt.Errorf("gVisor names its options in another way")
	}
	return chosen, nil
}

// findSelf zeroes the number of this process in programs and tells where it stood.
func findSelf(mine []precompiledseccomp.Program, encoded []byte) ([][]int, error) {
	var other programs
	if err := json.Unmarshal(encoded, &other); err != nil {
		return nil, err
	}
	found := make([][]int, len(mine))
	for i, program := range mine {
		if len(program.Bytecode32) != len(other.Sandbox[i].Bytecode32) {
			return nil, fmt.Errorf("%s: two processes compile programs of two sizes", program.Name)
		}
		for offset, word := range program.Bytecode32 {
			if word == other.Sandbox[i].Bytecode32[offset] {
				continue
			}
			if word != uint32(os.Getpid()) {
				return nil, fmt.Errorf("%s: two processes compile two programs", program.Name)
			}
			program.Bytecode32[offset] = 0
			found[i] = append(found[i], offset)
		}
	}
	return found, nil
}

func choose(programs []precompiledseccomp.Program, options []string) (chosen []precompiledseccomp.Program) {
	for _, program := range programs {
		if hasAll(program.Name, options) {
			chosen = append(chosen, program)
		}
	}
	return chosen
}

func hasAll(name string, options []string) bool {
	for _, option := range options {
		if !strings.Contains(name, option) {
			return false
		}
	}
	return true
}
