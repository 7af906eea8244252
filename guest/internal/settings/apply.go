package settings

import (
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/sys/unix"

	"nullspace.dev/guest/internal/problem"
	"nullspace.dev/guest/internal/smallfile"
)

var hostnamePattern = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)

// CheckHostname refuses what cannot be a single host label.
func CheckHostname(name string) error {
	if !hostnamePattern.MatchString(name) {
		return problem.New(problem.InvalidArgument, "", "hostname %q must be 1 to 63 letters, digits and hyphens", name)
	}
	return nil
}

// ApplyHostname names the guest, in the kernel and in /etc.
func ApplyHostname(name string) error {
	if err := unix.Sethostname([]byte(name)); err != nil {
		return err
	}
	if err := smallfile.Replace("/etc/hostname", name+"\n", 0o644); err != nil {
		return problem.FromFile(err, "/etc/hostname")
	}
	return problem.FromFile(addHost(name), "/etc/hosts")
}

// addHost makes the guest's own name resolvable without a name server.
func addHost(name string) error {
	const path = "/etc/hosts"
	const tag = "# own name"
	content, err := smallfile.Read(unix.AT_FDCWD, path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	var lines []string
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimRight(line, "\n"); !strings.HasSuffix(line, tag) {
			lines = append(lines, line)
		}
	}
	if !strings.Contains(string(content), "localhost") {
		lines = append(lines, "127.0.0.1 localhost", "::1 localhost")
	}
	lines = append(lines, "127.0.1.1 "+name+" "+tag)
	return smallfile.Replace(path, strings.Join(lines, "\n")+"\n", 0o644)
}

// CheckNameservers refuses what is not an address.
func CheckNameservers(addresses []string) error {
	for _, address := range addresses {
		if _, err := netip.ParseAddr(address); err != nil {
			return problem.New(problem.InvalidArgument, "", "nameserver %q is not an IP address", address)
		}
	}
	return nil
}

// ApplyNameservers writes the resolver's configuration. Its answers are waited for briefly, so that a guest without
// network does not hang on names.
func ApplyNameservers(addresses []string) error {
	const path = "/etc/resolv.conf"
	var content strings.Builder
	for _, address := range addresses {
		content.WriteString("nameserver " + address + "\n")
	}
	content.WriteString("options timeout:2 attempts:2\n")
	// A dangling link, as systemd's, cannot be written through.
	if _, err := os.Stat(path); os.IsNotExist(err) {
		os.Remove(path)
	}
	return problem.FromFile(os.WriteFile(path, []byte(content.String()), 0o644), path)
}

// CheckWorkingDirectory refuses what commands cannot start in.
func CheckWorkingDirectory(path string) error {
	if !filepath.IsAbs(path) || strings.IndexByte(path, 0) >= 0 || len(path) > 4095 {
		return problem.New(problem.InvalidPath, path, "cwd must be an absolute path of at most 4095 bytes")
	}
	return nil
}

// ApplyWorkingDirectory makes the directory if it is missing.
func ApplyWorkingDirectory(path string) error {
	return problem.FromFile(os.MkdirAll(path, 0o755), path)
}
