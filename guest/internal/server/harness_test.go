package server

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/sys/unix"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/gen/guestv1/guestv1connect"
	"nullspace.dev/guest/internal/auth"
	"nullspace.dev/guest/internal/ceiling"
	"nullspace.dev/guest/internal/connections"
	"nullspace.dev/guest/internal/gate"
	"nullspace.dev/guest/internal/guard"
	"nullspace.dev/guest/internal/hooks"
	"nullspace.dev/guest/internal/metrics"
	"nullspace.dev/guest/internal/processes"
	"nullspace.dev/guest/internal/restoring"
	"nullspace.dev/guest/internal/settings"
	"nullspace.dev/guest/internal/sftp"
)

const token = "test-token"

var (
	service *Service
	served  *httptest.Server
	agent   guestv1connect.GuestServiceClient
)

// All tests share one service, as a guest has one agent: it waits for all children of the program.
func TestMain(m *testing.M) {
	// The agent runs itself as the server of files.
	if len(os.Args) == 2 && os.Args[1] == "sftp" {
		sftp.Serve(os.Stdin, os.Stdout)
		return
	}
	if os.Getuid() != 0 {
		println("these tests start commands as other users and need root")
		os.Exit(0)
	}
	// Orphans come to this program as they come to the first process of a guest.
	unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	values, limit := settings.NewStore(), ceiling.Counting()
	service = &Service{
		Settings: values, Token: auth.NewToken(token), Processes: processes.NewTable(values, limit), Ceiling: limit,
		Guard: guard.NewEvents(), Meter: metrics.NewMeter(), Started: time.Now(), Connections: connections.NewSet(),
		Gate: gate.New(), Restores: restoring.NewWatch(func(restoring.Identity) {}),
	}
	service.Hooks = hooks.NewRunner(service.Processes)
	values.Set(settings.Values{WorkingDirectory: "/"})
	served = httptest.NewUnstartedServer(service.Handler())
	served.Listener = service.Connections.Listen(served.Listener)
	service.Connections.Attach(served.Config)
	served.Start()
	agent = guestv1connect.NewGuestServiceClient(&http.Client{Transport: withToken{}}, served.URL)
	code := m.Run()
	served.Close()
	os.Exit(code)
}

type withToken struct{}

func (withToken) RoundTrip(request *http.Request) (*http.Response, error) {
	request.Header.Set("Authorization", "Bearer "+token)
	return http.DefaultTransport.RoundTrip(request)
}

func deadline(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func must[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func runCommand(t testing.TB, command *guestv1.Command) *guestv1.RunResponse {
	t.Helper()
	return must[*connect.Response[guestv1.RunResponse]](t)(agent.Run(deadline(t), connect.NewRequest(&guestv1.RunRequest{Command: command}))).Msg
}

func shell(script string) *guestv1.Command { return &guestv1.Command{Command: script, Shell: true} }

func start(t testing.TB, script string) uint32 {
	t.Helper()
	pid := must[*connect.Response[guestv1.StartResponse]](t)(agent.Start(deadline(t), connect.NewRequest(&guestv1.StartRequest{Command: shell(script)}))).Msg.Pid
	t.Cleanup(func() {
		agent.Signal(context.Background(), connect.NewRequest(&guestv1.SignalRequest{Pid: pid, Signal: 9}))
	})
	return pid
}

// attached is what a reader has got.
type attached struct {
	stdout, stderr bytes.Buffer
	exit           *guestv1.Exit
}

// follow reads from the given offsets until the exit, or until stop says so.
func follow(t testing.TB, request *guestv1.AttachRequest, stop func(*attached) bool) *attached {
	t.Helper()
	ctx, cancel := context.WithCancel(deadline(t))
	defer cancel()
	stream := must[*connect.ServerStreamForClient[guestv1.AttachResponse]](t)(agent.Attach(ctx, connect.NewRequest(request)))
	defer stream.Close()
	result := &attached{}
	for stream.Receive() {
		switch event := stream.Msg().Event.(type) {
		case *guestv1.AttachResponse_Output:
			if event.Output.Stream == guestv1.Stream_STREAM_STDOUT {
				result.stdout.Write(event.Output.Data)
			} else {
				result.stderr.Write(event.Output.Data)
			}
		case *guestv1.AttachResponse_Exit:
			result.exit = event.Exit
		}
		if stop != nil && stop(result) {
			return result
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatalf("%v after %q", err, result.stdout.String())
	}
	return result
}

// code returns the detail of a refusal, or the name of its Connect code where there is none.
func code(t testing.TB, err error) string {
	t.Helper()
	if detail := detailOf(t, err); detail != nil {
		return detail.Code
	}
	return connect.CodeOf(err).String()
}

func detailOf(t testing.TB, err error) *guestv1.ErrorDetail {
	t.Helper()
	var refusal *connect.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("not a refusal: %v", err)
	}
	for _, detail := range refusal.Details() {
		if value, err := detail.Value(); err == nil {
			if known, ok := value.(*guestv1.ErrorDetail); ok {
				return known
			}
		}
	}
	return nil
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// living counts the processes whose command line holds text.
func living(text string) (count int) {
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		line, err := os.ReadFile("/proc/" + entry.Name() + "/cmdline")
		if err == nil && strings.Contains(strings.ReplaceAll(string(line), "\x00", " "), text) {
			count++
		}
	}
	return count
}
