package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/dial"
)

func freeze(t *testing.T) {
	t.Helper()
	must[*connect.Response[guestv1.FreezeResponse]](t)(agent.Freeze(deadline(t), connect.NewRequest(&guestv1.FreezeRequest{Reason: "deadline"})))
	t.Cleanup(func() { thaw(t) })
}

func thaw(t *testing.T) {
	t.Helper()
	must[*connect.Response[guestv1.ThawResponse]](t)(agent.Thaw(context.Background(), connect.NewRequest(&guestv1.ThawRequest{})))
}

func TestFreezeEndsWatchesAndUploads(t *testing.T) {
	folder := t.TempDir()
	watched := watchFolder(t, folder, true, "")
	upload := agent.UnpackArchive(deadline(t))
	upload.Send(&guestv1.UnpackArchiveRequest{Options: &guestv1.UnpackArchiveOptions{Target: at(folder + "/target"), Conflict: refuseIt}})
	upload.Send(&guestv1.UnpackArchiveRequest{Data: tarOf(t, member{name: "file", content: "x"})[:600]})
	eventually(t, "something is staged", func() bool { entries, _ := os.ReadDir(folder); return len(entries) == 1 })
	freeze(t)
	for watched.stream.Receive() {
	}
	if err := watched.stream.Err(); code(t, err) != "sandbox_paused" {
		t.Errorf("the watch ended with %v", err)
	}
	if _, err := upload.CloseAndReceive(); err == nil {
		t.Error("an upload got through")
	}
	if got := tree(t, folder); got != "" {
		t.Errorf("the upload left %q", got)
	}
}

func TestFreezeRefusesCallsUntilThaw(t *testing.T) {
	freeze(t)
	calls := map[string]func() error{
		"Run": func() error {
			_, err := agent.Run(deadline(t), connect.NewRequest(&guestv1.RunRequest{Command: shell("true")}))
			return err
		},
		"Start": func() error {
			_, err := agent.Start(deadline(t), connect.NewRequest(&guestv1.StartRequest{Command: shell("true")}))
			return err
		},
		"Stat": func() error {
			_, err := agent.Stat(deadline(t), connect.NewRequest(&guestv1.StatRequest{Target: &guestv1.Target{Path: "/"}}))
			return err
		},
		"ReadFile": func() error {
			stream := must[*connect.ServerStreamForClient[guestv1.ReadFileResponse]](t)(agent.ReadFile(deadline(t),
				connect.NewRequest(&guestv1.ReadFileRequest{Target: &guestv1.Target{Path: "/etc/passwd"}})))
			defer stream.Close()
			stream.Receive()
			return stream.Err()
		},
	}
	for name, call := range calls {
		if err := call(); err == nil || code(t, err) != "sandbox_paused" {
			t.Errorf("%s: %v", name, err)
		}
	}
	must[*connect.Response[guestv1.HealthResponse]](t)(agent.Health(deadline(t), connect.NewRequest(&guestv1.HealthRequest{})))
	thaw(t)
	if exit := runCommand(t, shell("true")).Exit; exit.Code != 0 {
		t.Fatalf("after the thaw: %v", exit)
	}
}

func TestFreezeEndsStreamsWithTheirOffsets(t *testing.T) {
	pid := start(t, "echo before; read line; echo after")
	stream := must[*connect.ServerStreamForClient[guestv1.AttachResponse]](t)(agent.Attach(deadline(t),
		connect.NewRequest(&guestv1.AttachRequest{Pid: pid})))
	defer stream.Close()
	for stream.Receive() && stream.Msg().GetOutput() == nil {
	}
	freeze(t)
	if !stream.Receive() || stream.Msg().GetFrozen() == nil {
		t.Fatalf("no Frozen event but %v, %v", stream.Msg(), stream.Err())
	}
	frozen := stream.Msg().GetFrozen()
	if frozen.Reason != "deadline" || frozen.StdoutOffset != uint64(len("before\n")) || frozen.StderrOffset != 0 {
		t.Fatalf("got %v", frozen)
	}
	if stream.Receive() || stream.Err() != nil {
		t.Fatalf("the stream went on: %v, %v", stream.Msg(), stream.Err())
	}
	thaw(t)
	must[*connect.Response[guestv1.WriteStdinResponse]](t)(agent.WriteStdin(deadline(t),
		connect.NewRequest(&guestv1.WriteStdinRequest{Pid: pid, Data: []byte("go\n")})))
	rest := follow(t, &guestv1.AttachRequest{Pid: pid, StdoutOffset: frozen.StdoutOffset}, nil)
	if rest.stdout.String() != "after\n" || rest.exit.GetCode() != 0 {
		t.Fatalf("read on %q, %v", rest.stdout.String(), rest.exit)
	}
}

func TestFreezeEndsRunCallsAndLeavesTheirCommands(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "mark")
	ended := make(chan error, 1)
	go func() {
		script := fmt.Sprintf("touch %s.begun; while [ ! -e %s.go ]; do sleep 0.01; done; touch %s", mark, mark, mark)
		_, err := agent.Run(context.Background(), connect.NewRequest(&guestv1.RunRequest{Command: shell(script)}))
		ended <- err
	}()
	exists := func(path string) func() bool {
		return func() bool { _, err := os.Stat(path); return err == nil }
	}
	eventually(t, "the command has begun", exists(mark+".begun"))
	freeze(t)
	if err := <-ended; err == nil || code(t, err) != "sandbox_paused" {
		t.Fatalf("the call ended with %v", err)
	}
	os.WriteFile(mark+".go", nil, 0o600)
	eventually(t, "the command has gone on", exists(mark))
}

// A caller that does not read holds its call for ever; its connection is closed.
func TestFreezeDoesNotWaitForWhoeverDoesNotRead(t *testing.T) {
	large := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, 1<<30); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	body := fmt.Sprintf(`{"target":{"path":%q}}`, large)
	envelope := append([]byte{0, 0, 0, 0, byte(len(body))}, body...)
	reading, writing := io.Pipe()
	go func() { writing.Write(envelope); writing.Close() }()
	request := must[*http.Request](t)(http.NewRequestWithContext(deadline(t), http.MethodPost, served.URL+"/nullspace.guest.v1.GuestService/ReadFile", reading))
	request.Header.Set("Content-Type", "application/connect+json")
	request.Header.Set("Authorization", "Bearer "+token)
	response := must[*http.Response](t)(client.Do(request))
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatal(response.Status)
	}
	freeze(t)
}

func TestFreezeEndsTunnels(t *testing.T) {
	inside := must[net.Listener](t)(net.Listen("tcp4", "127.0.0.1:0"))
	defer inside.Close()
	tunnel := must[net.Conn](t)(net.Dial("tcp", served.Listener.Addr().String()))
	defer tunnel.Close()
	fmt.Fprintf(tunnel, "GET /dial?port=%d HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: %s\r\nAuthorization: Bearer %s\r\n\r\n",
		inside.Addr().(*net.TCPAddr).Port, dial.Protocol, token)
	far := must[net.Conn](t)(inside.Accept())
	defer far.Close()
	reader := bufio.NewReader(tunnel)
	answer := must[*http.Response](t)(http.ReadResponse(reader, nil))
	if answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(answer.Status)
	}
	freeze(t)
	for _, end := range []struct {
		io.Reader
		net.Conn
	}{{reader, tunnel}, {far, far}} {
		end.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, err := end.Reader.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
			t.Fatalf("a tunnel is still open: %v", err)
		}
	}
	refused := must[*http.Response](t)(http.DefaultClient.Do(must[*http.Request](t)(dialRequest(t))))
	refused.Body.Close()
	if refused.StatusCode != http.StatusServiceUnavailable || refused.Header.Get(dial.CodeHeader) != "sandbox_paused" {
		t.Fatalf("%s %s", refused.Status, refused.Header.Get(dial.CodeHeader))
	}
}

func dialRequest(t *testing.T) (*http.Request, error) {
	request, err := http.NewRequestWithContext(deadline(t), http.MethodGet, served.URL+"/dial?port=1", nil)
	if err == nil {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return request, err
}

func TestTimeLimitsStandStillWhileFrozen(t *testing.T) {
	pid := must[*connect.Response[guestv1.StartResponse]](t)(agent.Start(deadline(t),
		connect.NewRequest(&guestv1.StartRequest{Command: &guestv1.Command{Command: "sleep 60", Shell: true, TimeoutMs: 2500}}))).Msg.Pid
	freeze(t)
	process := must[interface{ Done() <-chan struct{} }](t)(service.Processes.Find(pid))
	select {
	case <-process.Done():
		t.Fatal("the limit passed while the guest was frozen")
	case <-time.After(3 * time.Second):
	}
	thaw(t)
	if exit := follow(t, &guestv1.AttachRequest{Pid: pid}, nil).exit; !exit.GetTimedOut() {
		t.Fatalf("ended with %v", exit)
	}
}
