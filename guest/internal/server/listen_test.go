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
)

// tunnel asks for an address and returns what comes after the answer.
func tunnel(t *testing.T, address, protocol string) (net.Conn, *bufio.Reader, *http.Response) {
	t.Helper()
	conn := must[net.Conn](t)(net.Dial("tcp", strings.TrimPrefix(served.URL, "http://")))
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(60 * time.Second))
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: guest\r\nAuthorization: Bearer %s\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", address, token, protocol)
	reader := bufio.NewReader(conn)
	return conn, reader, must[*http.Response](t)(http.ReadResponse(reader, nil))
}

func TestListenHandsConnectionsOut(t *testing.T) {
	path := t.TempDir() + "/socket"
	for kind, address := range map[string]string{"tcp": "/listen?port=0", "unix": "/listen?path=" + path} {
		caller, lines, answer := tunnel(t, address, "nullspace-listen")
		if answer.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("%s: %d", address, answer.StatusCode)
		}
		bound := answer.Header.Get("Nullspace-Bound")
		if kind == "tcp" {
			bound = "127.0.0.1:" + bound
		}
		visitor := must[net.Conn](t)(net.Dial(kind, bound))
		defer visitor.Close()
		line := must[string](t)(lines.ReadString('\n'))
		id, _, _ := strings.Cut(line, " ")
		inner, rest, answer := tunnel(t, "/accept?id="+id, "nullspace-dial")
		if answer.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("accept: %d", answer.StatusCode)
		}
		io.WriteString(visitor, "question\n")
		if got := must[string](t)(rest.ReadString('\n')); got != "question\n" {
			t.Fatalf("got %q", got)
		}
		io.WriteString(inner, "answer\n")
		if got := must[string](t)(bufio.NewReader(visitor).ReadString('\n')); got != "answer\n" {
			t.Fatalf("got %q", got)
		}
		if _, _, again := tunnel(t, "/accept?id="+id, "nullspace-dial"); again.StatusCode != http.StatusNotFound {
			t.Fatalf("taken twice: %d", again.StatusCode)
		}
		caller.Close()
		for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			conn, err := net.Dial(kind, bound)
			if err != nil {
				break
			}
			conn.Close()
			if time.Now().After(end) {
				t.Fatalf("%s still listens", bound)
			}
		}
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("the socket is left")
	}
}

func TestListenRefusals(t *testing.T) {
	taken := must[net.Listener](t)(net.Listen("tcp4", "127.0.0.1:0"))
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	for query, want := range map[string]int{
		"port=x": 400, "port=65536": 400, "": 400, "path=relative": 400, "path=/a%0db": 400, "private=../x": 400,
		"port=0&user=no-such-account": 400, "port=" + port: 409, "path=/none/socket": 409,
	} {
		if _, _, answer := tunnel(t, "/listen?"+query, "nullspace-listen"); answer.StatusCode != want {
			t.Errorf("%s: %d", query, answer.StatusCode)
		}
	}
	if _, _, answer := tunnel(t, "/listen?port=0", "websocket"); answer.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("another protocol: %d", answer.StatusCode)
	}
}
