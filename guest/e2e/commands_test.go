package e2e

import (
	"strings"
	"testing"

	"nullspace.dev/guest/gen/guestv1"
)

func TestCommands(t *testing.T) {
	box := startSandbox(t)
	t.Run("runs with the account's groups", func(t *testing.T) {
		result := box.run(t, &guestv1.Command{Command: "id; echo $HOME", Shell: true, User: "user"})
		if got := string(result.Stdout); !strings.Contains(got, "uid=1000(user) gid=1000(user) groups=1000(user),2000(extra)") || !strings.Contains(got, "/home/user") {
			t.Fatalf("got %q", got)
		}
	})
	t.Run("a timeout reaches children that left the session", func(t *testing.T) {
		result := box.run(t, &guestv1.Command{Command: "setsid sleep 4321 & (setsid sleep 4321 &) ; setsid -c sleep 4321; sleep 4321", Shell: true, TimeoutMs: 1000})
		if result.Exit.Code != 124 || !result.Exit.TimedOut {
			t.Fatalf("exit %v", result.Exit)
		}
		if left := box.shell(t, "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c 'slee[p] 4321'"); left != "0" {
			t.Fatalf("%s processes left", left)
		}
	})
	t.Run("orphans are reaped", func(t *testing.T) {
		box.shell(t, "for i in 1 2 3 4 5; do (setsid true &); done; true")
		box.shell(t, "for i in $(seq 200); do grep -lq 'State:.*Z' /proc/[0-9]*/status || exit 0; sleep 0.05; done; exit 1")
		if zombies := box.shell(t, "cat /proc/[0-9]*/status 2>/dev/null | grep -c 'State:.*Z'"); zombies != "0" {
			t.Fatalf("%s zombies", zombies)
		}
	})
	t.Run("the group stays out of sight", func(t *testing.T) {
		if mounts := box.shell(t, "grep cgroup /proc/mounts"); mounts != "" {
			t.Fatalf("mounted: %s", mounts)
		}
	})
}
