package e2e

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"connectrpc.com/connect"

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
	t.Run("takes a name and name servers, again and again", func(t *testing.T) {
		for _, name := range []string{"first", "second"} {
			box.configure(t, &guestv1.ConfigureRequest{Hostname: &name, Nameservers: []string{"10.0.0.53", "fd00::53"}})
		}
		want := "second\n127.0.0.1 localhost\n::1 localhost\n127.0.1.1 second # own name\nnameserver 10.0.0.53\nnameserver fd00::53\noptions timeout:2 attempts:2"
		if got := box.shell(t, "hostname; cat /etc/hosts /etc/resolv.conf"); got != want {
			t.Fatalf("got %q", got)
		}
	})
	t.Run("many at once keep their codes", func(t *testing.T) {
		var group sync.WaitGroup
		for i := range int32(20) {
			group.Go(func() {
				if result := box.run(t, &guestv1.Command{Command: fmt.Sprintf("(true &); exit %d", i), Shell: true}); result.Exit.Code != i {
					t.Errorf("command %d ended with %v", i, result.Exit)
				}
			})
		}
		group.Wait()
	})
	t.Run("a background child is killed with its ended command", func(t *testing.T) {
		result := box.run(t, &guestv1.Command{Command: "setsid sleep 8765 & exit 0", Shell: true})
		_, err := box.Signal(context.Background(), connect.NewRequest(&guestv1.SignalRequest{Pid: result.Pid, Signal: 9}))
		must(t, err)
		box.shell(t, "while cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -q 'slee[p] 8765'; do sleep 0.05; done")
	})
	t.Run("the group stays out of sight", func(t *testing.T) {
		if mounts := box.shell(t, "grep cgroup /proc/mounts"); mounts != "" {
			t.Fatalf("mounted: %s", mounts)
		}
	})
}
