package settings

import (
	"os"
	"regexp"

	"nullspace.dev/guest/internal/problem"
)

var machineIDPattern = regexp.MustCompile(`^[0-9a-f]{32}$`)

const (
	machineIDFile = "/etc/machine-id"
	// dbusIDFile is a link to the other in most images, and a copy in old ones.
	dbusIDFile = "/var/lib/dbus/machine-id"
)

// CheckMachineID refuses what is not 32 hexadecimal digits.
func CheckMachineID(id string) error {
	if !machineIDPattern.MatchString(id) {
		return problem.New(problem.InvalidArgument, "", "machine_id must be 32 hexadecimal digits in lower case")
	}
	return nil
}

// ApplyMachineID writes the id by which programs tell machines apart.
func ApplyMachineID(id string) error {
	if err := os.WriteFile(machineIDFile, []byte(id+"\n"), 0o444); err != nil {
		return problem.FromFile(err, machineIDFile)
	}
	if info, err := os.Lstat(dbusIDFile); err == nil && info.Mode().IsRegular() {
		return problem.FromFile(os.WriteFile(dbusIDFile, []byte(id+"\n"), 0o444), dbusIDFile)
	}
	return nil
}
