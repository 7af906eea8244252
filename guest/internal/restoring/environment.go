// Package restoring notices that the guest is a copy which was restored from a snapshot.
package restoring

import (
	"io"
	"os"
	"strings"
)

const (
	// environmentFile shows the environment that the guest was started or restored with.
	environmentFile = "/proc/gvisor/spec_environ"
	// maxEnvironmentBytes bounds what is read of it.
	maxEnvironmentBytes = 64 << 10

	tokenVariable = "NULLSPACE_AGENT_TOKEN"
	idVariable    = "NULLSPACE_RESTORE_ID"
)

// Identity is what the guest is given at its start and anew at each restore.
type Identity struct {
	// RestoreID is another one after each restore; empty: the guest was started without one.
	RestoreID string
	Token     string
}

// readIdentity returns false where the kernel shows no such file.
func readIdentity(path string) (Identity, bool) {
	file, err := os.Open(path)
	if err != nil {
		return Identity{}, false
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxEnvironmentBytes))
	if err != nil {
		return Identity{}, false
	}
	var found Identity
	for entry := range strings.SplitSeq(string(content), "\x00") {
		switch name, value, _ := strings.Cut(entry, "="); name {
		case tokenVariable:
			found.Token = value
		case idVariable:
			found.RestoreID = value
		}
	}
	return found, true
}
