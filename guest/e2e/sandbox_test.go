package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/sys/unix"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/gen/guestv1/guestv1connect"
)

const token = "e2e-token"

// sandbox is a real gVisor sandbox with the agent as its first process.
type sandbox struct {
	guestv1connect.GuestServiceClient
	network *network
	// id and flags are those of runsc.
	id    string
	flags []string
	root  string
}

// programs found once: building runsc takes long on a fresh machine.
type programs struct{ runsc, agent, busybox string }

func findPrograms(t testing.TB) programs {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("a sandbox needs root")
	}
	found := programs{runsc: os.Getenv("NULLSPACE_TEST_RUNSC")}
	if found.runsc == "" {
		found.runsc = lastLine(t, "../../engine/build")
	}
	found.agent = lastLine(t, "../build")
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		t.Fatal("busybox is missing; install the package busybox-static")
	}
	found.busybox = busybox
	return found
}

func lastLine(t testing.TB, program string) string {
	t.Helper()
	output, err := exec.Command(program).Output()
	if err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	return lines[len(lines)-1]
}

// startSandbox starts a sandbox and removes all of it at the end of the test.
func startSandbox(t testing.TB) *sandbox {
	t.Helper()
	found := findPrograms(t)
	root := filepath.Join(t.TempDir(), "root")
	writeRoot(t, root, found.busybox)
	box, ended := launch(t, found, root, []string{"NULLSPACE_AGENT_TOKEN=" + token}, "run")
	box.awaitReady(t, ended)
	return box
}

// launch starts or restores a sandbox on a root.
func launch(t testing.TB, found programs, root string, env []string, subcommand ...string) (*sandbox, chan error) {
	t.Helper()
	folder := t.TempDir()
	link := newNetwork(t)
	writeBundle(t, folder, root, filepath.Dir(found.agent), link.sandboxNamespace, env)
	id := "guest-e2e-" + link.name
	state := filepath.Join(folder, "state")
	flags := []string{"--root=" + state, "--platform=systrap", "--ignore-cgroups", "--network=sandbox", "--in-sandbox-cgroup=v2"}
	var log bytes.Buffer
	run := exec.Command(found.runsc, slices.Concat(flags, subcommand, []string{"--bundle=" + folder, id})...)
	run.Stdout, run.Stderr = &log, &log
	run.WaitDelay = 5 * time.Second
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- run.Wait() }()
	t.Cleanup(func() {
		exec.Command(found.runsc, append(flags, "delete", "--force", id)...).Run()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			run.Process.Kill()
			<-ended
		}
		// runsc leaves a mounted namespace in its state folder.
		unix.Unmount(filepath.Join(state, "null-netns"), unix.MNT_DETACH)
		if t.Failed() {
			t.Logf("runsc and agent said:\n%s", log.String())
		}
	})
	client := guestv1connect.NewGuestServiceClient(link.client(), "http://"+link.sandboxAddress+":49983", connect.WithInterceptors(bearer(token)))
	return &sandbox{GuestServiceClient: client, network: link, id: id, flags: flags, root: root}, ended
}

// as returns a client that carries another token.
func (b *sandbox) as(token string) guestv1connect.GuestServiceClient {
	return guestv1connect.NewGuestServiceClient(b.network.client(), "http://"+b.network.sandboxAddress+":49983", connect.WithInterceptors(bearer(token)))
}

func (b *sandbox) awaitReady(t testing.TB, ended chan error) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		_, err := b.Health(ctx, connect.NewRequest(&guestv1.HealthRequest{}))
		cancel()
		if err == nil {
			return
		}
		select {
		case ending := <-ended:
			ended <- ending
			t.Fatalf("the sandbox ended before it answered: %v", ending)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("the agent does not answer: %v", err)
		}
	}
}

func writeRoot(t testing.TB, root, busybox string) {
	t.Helper()
	for _, name := range []string{"bin", "etc", "proc", "dev", "tmp", "run", "workspace", "home/user", "root", ".nullspace"} {
		must(t, os.MkdirAll(filepath.Join(root, name), 0o755))
	}
	must(t, os.Chown(filepath.Join(root, "home/user"), 1000, 1000))
	content, err := os.ReadFile(busybox)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(root, "bin/busybox"), content, 0o755))
	list, err := exec.Command(busybox, "--list").Output()
	must(t, err)
	for _, applet := range strings.Fields(string(list)) {
		if applet != "busybox" {
			must(t, os.Symlink("busybox", filepath.Join(root, "bin", applet)))
		}
	}
	must(t, os.WriteFile(filepath.Join(root, "etc/passwd"), []byte("root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n"), 0o644))
	must(t, os.WriteFile(filepath.Join(root, "etc/group"), []byte("root:x:0:\nuser:x:1000:\nextra:x:2000:user\n"), 0o644))
	must(t, os.WriteFile(filepath.Join(root, "etc/secret"), []byte("secret\n"), 0o600))
}

func writeBundle(t testing.TB, folder, root, agentFolder, namespace string, env []string) {
	t.Helper()
	capabilities := []string{
		"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP",
		"CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_MKNOD", "CAP_AUDIT_WRITE", "CAP_SETFCAP",
	}
	spec := map[string]any{
		"ociVersion": "1.0.0",
		"process": map[string]any{
			"user": map[string]int{"uid": 0, "gid": 0}, "cwd": "/", "args": []string{"/.nullspace/agent"},
			"env":          env,
			"capabilities": map[string]any{"bounding": capabilities, "effective": capabilities, "permitted": capabilities},
		},
		"root":     map[string]any{"path": root},
		"hostname": "e2e",
		"mounts": []map[string]any{
			{"destination": "/proc", "type": "proc", "source": "proc"},
			{"destination": "/.nullspace", "type": "bind", "source": agentFolder, "options": []string{"ro", "bind"}},
		},
		"linux": map[string]any{"namespaces": []map[string]string{
			{"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}, {"type": "network", "path": "/run/netns/" + namespace},
		}},
	}
	content, err := json.Marshal(spec)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(folder, "config.json"), content, 0o644))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bearer adds the token to every call.
type bearer string

func (b bearer) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		request.Header().Set("Authorization", "Bearer "+string(b))
		return next(ctx, request)
	}
}

func (b bearer) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		conn.RequestHeader().Set("Authorization", "Bearer "+string(b))
		return conn
	}
}

func (bearer) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}

// run runs a shell script and returns its result.
func (b *sandbox) run(t testing.TB, command *guestv1.Command) *guestv1.RunResponse {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	response, err := b.Run(ctx, connect.NewRequest(&guestv1.RunRequest{Command: command}))
	if err != nil {
		t.Fatalf("run %q: %v", command.Command, err)
	}
	return response.Msg
}

func (b *sandbox) shell(t testing.TB, script string, arguments ...any) string {
	t.Helper()
	result := b.run(t, &guestv1.Command{Command: fmt.Sprintf(script, arguments...), Shell: true})
	return strings.TrimSpace(string(result.Stdout))
}
