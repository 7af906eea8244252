package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

func TestNothingAnswersWithoutTheToken(t *testing.T) {
	for _, header := range []string{"", "Bearer wrong", "Bearer ", token, "Basic " + token} {
		for _, path := range []string{"/nullspace.guest.v1.GuestService/Health", "/dial?port=1", "/"} {
			request := must[*http.Request](t)(http.NewRequest("POST", served.URL+path, endless{}))
			request.Header.Set("Authorization", header)
			request.Header.Set("Content-Type", "application/json")
			response := must[*http.Response](t)(http.DefaultTransport.RoundTrip(request))
			response.Body.Close()
			if response.StatusCode != http.StatusUnauthorized {
				t.Errorf("%q on %s: %d", header, path, response.StatusCode)
			}
		}
	}
}

// endless is a body without an end.
type endless struct{}

func (endless) Read(buffer []byte) (int, error) {
	clear(buffer)
	return len(buffer), nil
}

func TestMessagesAreBounded(t *testing.T) {
	_, err := agent.Run(deadline(t), ask(&guestv1.RunRequest{Command: &guestv1.Command{Command: "cat"}, Stdin: make([]byte, maxMessageBytes+1)}))
	if code(t, err) != "resource_exhausted" {
		t.Fatal(err)
	}
}

func TestConfigureIsAllOrNothing(t *testing.T) {
	before := service.Settings.Get()
	defer service.Settings.Set(before)
	folder := t.TempDir()
	text := func(value string) *string { return &value }
	for _, wrong := range []*guestv1.ConfigureRequest{
		{Cwd: text("relative")}, {Cwd: text("/workspace/.nullspace")}, {Hostname: text("a b")}, {Hostname: text("")}, {Token: text("")},
		{Nameservers: []string{"example.com"}}, {Env: &guestv1.Environment{Variables: map[string]string{"a=b": "c"}}},
	} {
		wrong.MemoryLimitBytes = 12345
		if _, err := agent.Configure(deadline(t), ask(wrong)); code(t, err) != "invalid_argument" && code(t, err) != "invalid_path" {
			t.Errorf("%v: %v", wrong, err)
		}
	}
	if service.Settings.Get().MemoryLimitBytes != before.MemoryLimitBytes {
		t.Fatal("a refused call changed something")
	}
	for range 2 {
		must[*connect.Response[guestv1.ConfigureResponse]](t)(agent.Configure(deadline(t), ask(&guestv1.ConfigureRequest{
			Cwd: text(folder + "/made"), Env: &guestv1.Environment{Variables: map[string]string{"A": "1"}}})))
	}
	must[*connect.Response[guestv1.ConfigureResponse]](t)(agent.Configure(deadline(t), ask(&guestv1.ConfigureRequest{ProcessLimit: 4096})))
	service.Ceiling.SetLimit(0)
	if result := runCommand(t, shell("pwd; echo $A")); string(result.Stdout) != folder+"/made\n1\n" {
		t.Fatalf("got %q", result.Stdout)
	}
	health := must[*connect.Response[guestv1.HealthResponse]](t)(agent.Health(deadline(t), ask(&guestv1.HealthRequest{})))
	if !health.Msg.Configured {
		t.Fatal("not configured")
	}
}

func TestTheTokenCanBeReplaced(t *testing.T) {
	next := "next-token"
	must[*connect.Response[guestv1.ConfigureResponse]](t)(agent.Configure(deadline(t), ask(&guestv1.ConfigureRequest{Token: &next})))
	defer service.Token.Replace(token)
	if _, err := agent.Health(deadline(t), ask(&guestv1.HealthRequest{})); connect.CodeOf(err) != connect.CodeUnauthenticated {
		t.Fatal(err)
	}
}

func TestMetricsMove(t *testing.T) {
	measure := func() *guestv1.MetricsResponse {
		return must[*connect.Response[guestv1.MetricsResponse]](t)(agent.Metrics(deadline(t), ask(&guestv1.MetricsRequest{}))).Msg
	}
	measure()
	runCommand(t, shell("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"))
	got := measure()
	if got.CpuPercent <= 0 || got.CpuCount == 0 || got.MemoryUsedBytes == 0 || got.MemoryTotalBytes < got.MemoryUsedBytes ||
		got.DiskTotalBytes == 0 || got.DiskUsedBytes == 0 || got.ProcessCount == 0 {
		t.Fatalf("%v", got)
	}
}

func TestDialJoinsAPortOfTheGuest(t *testing.T) {
	listener := must[net.Listener](t)(net.Listen("tcp4", "127.0.0.1:0"))
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		// Answers only after the caller has ended its direction.
		content, _ := io.ReadAll(conn)
		fmt.Fprintf(conn, "got %d bytes", len(content))
	}()
	conn := must[net.Conn](t)(net.Dial("tcp", strings.TrimPrefix(served.URL, "http://")))
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(60 * time.Second))
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	// Bytes sent right behind the request belong to the tunnel.
	fmt.Fprintf(conn, "GET /dial?port=%s HTTP/1.1\r\nHost: guest\r\nAuthorization: Bearer %s\r\nConnection: Upgrade\r\nUpgrade: nullspace-dial\r\n\r\nearly", port, token)
	reader := bufio.NewReader(conn)
	response := must[*http.Response](t)(http.ReadResponse(reader, nil))
	if response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("status %d", response.StatusCode)
	}
	io.WriteString(conn, strings.Repeat("x", 1_000_000))
	conn.(*net.TCPConn).CloseWrite()
	if answer := must[[]byte](t)(io.ReadAll(reader)); string(answer) != "got 1000005 bytes" {
		t.Fatalf("got %q", answer)
	}
}

func TestDialRefusals(t *testing.T) {
	client := &http.Client{Transport: withToken{}}
	for query, want := range map[string]int{"port=0": 400, "port=65536": 400, "port=x": 400, "": 400, "port=1": 502} {
		request := must[*http.Request](t)(http.NewRequest("GET", served.URL+"/dial?"+query, nil))
		request.Header.Set("Connection", "Upgrade")
		request.Header.Set("Upgrade", "nullspace-dial")
		response := must[*http.Response](t)(client.Do(request))
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %d", query, response.StatusCode)
		}
	}
	if entries, _ := os.ReadDir("/proc/self/fd"); len(entries) > 500 {
		t.Errorf("%d descriptors are open", len(entries))
	}
}
