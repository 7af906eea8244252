package proxy

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"nullspace.dev/egress/internal/control"
)

// A host that allows some names.
type decider struct {
	holding sync.Mutex
	names   []string
	asked   int
	refused []string
}

func (decider *decider) Allows(target control.Target, _ bool) bool {
	decider.holding.Lock()
	defer decider.holding.Unlock()
	decider.asked++
	return slices.Contains(decider.names, target.Name)
}

func (decider *decider) Refused(refusal control.Refusal) {
	decider.holding.Lock()
	defer decider.holding.Unlock()
	decider.refused = append(decider.refused, refusal.Reason+" "+refusal.Name)
}

func (decider *decider) count() int {
	decider.holding.Lock()
	defer decider.holding.Unlock()
	return decider.asked
}

func (decider *decider) allow(names ...string) {
	decider.holding.Lock()
	defer decider.holding.Unlock()
	decider.names = names
}

func (decider *decider) refusals() []string {
	decider.holding.Lock()
	defer decider.holding.Unlock()
	return slices.Clone(decider.refused)
}

// A proxy whose clients all want to reach one server.
func open(t *testing.T, server net.Addr, serve func(*Proxy, net.Listener)) (*decider, *Proxy, string) {
	t.Helper()
	host := &decider{names: []string{"good.example.com", "also.example.com"}}
	proxy := New(host, Limits{PerGuest: 4, Total: 64})
	proxy.original = func(*net.TCPConn) (netip.AddrPort, error) { return netip.ParseAddrPort(server.String()) }
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go serve(proxy, listener)
	return host, proxy, listener.Addr().String()
}

func openTLS(t *testing.T) (*decider, *Proxy, string) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		fmt.Fprintf(answer, "name %s", request.TLS.ServerName)
	}))
	t.Cleanup(server.Close)
	return open(t, server.Listener.Addr(), (*Proxy).ServeTLS)
}

func openHTTP(t *testing.T) (*decider, *Proxy, string) {
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		fmt.Fprintf(answer, "host %s path %s body %s upgrade %q", request.Host, request.RequestURI, body, request.Header.Get("Upgrade"))
	}))
	t.Cleanup(server.Close)
	return open(t, server.Listener.Addr(), (*Proxy).ServeHTTP)
}

func handshake(address, name string) error {
	client, err := tls.Dial("tcp4", address, &tls.Config{ServerName: name, InsecureSkipVerify: true})
	if err == nil {
		_ = client.Close()
	}
	return err
}

func TestLetsTLSThroughByName(t *testing.T) {
	host, _, address := openTLS(t)
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{ServerName: "good.example.com", InsecureSkipVerify: true},
	}}
	defer client.CloseIdleConnections()
	answer, err := client.Get("https://" + address)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(answer.Body)
	if string(text) != "name good.example.com" {
		t.Fatalf("the server answered %q", text)
	}
	if refused := host.refusals(); len(refused) > 0 {
		t.Fatalf("refused %v", refused)
	}
}

func TestRefusesTLSOfOtherNamesAndOfNone(t *testing.T) {
	host, _, address := openTLS(t)
	if err := handshake(address, "evil.example.com"); err == nil || !strings.Contains(err.Error(), "unrecognized name") {
		t.Fatalf("another name: %v", err)
	}
	if handshake(address, "") == nil {
		t.Fatal("a client without a name was let through")
	}
	text, err := net.Dial("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	fmt.Fprint(text, "SSH-2.0-client\r\n")
	_, _ = io.ReadAll(text)
	want := []string{"name_not_allowed evil.example.com", "no_name ", "no_name "}
	if refused := host.refusals(); !slices.Equal(refused, want) {
		t.Fatalf("refused %q", refused)
	}
}

func TestEndsWhatIsNotAllowedAnyLonger(t *testing.T) {
	host, proxy, address := openTLS(t)
	client, err := tls.Dial("tcp4", address, &tls.Config{ServerName: "good.example.com", InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	proxy.Recheck("127.0.0.1")
	fmt.Fprint(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if _, err := http.ReadResponse(bufio.NewReader(client), nil); err != nil {
		t.Fatalf("it was ended although it is allowed: %v", err)
	}
	host.allow("also.example.com")
	proxy.Recheck("127.0.0.1")
	if _, err := io.ReadAll(client); err == nil {
		t.Fatal("it ended as if all had come")
	}
}

func TestBoundsTheConnectionsOfAGuest(t *testing.T) {
	host, _, address := openHTTP(t)
	for range 5 {
		client, err := net.Dial("tcp4", address)
		if err != nil {
			// It was ended before the call returned.
			continue
		}
		defer client.Close()
		if _, err := fmt.Fprint(client, "GET / HTTP/1.1\r\nHost: good.example.com\r\n\r\n"); err != nil {
			continue
		}
		_, _ = http.ReadResponse(bufio.NewReader(client), nil)
	}
	if refused := host.refusals(); !slices.Equal(refused, []string{"too_many_connections "}) {
		t.Fatalf("refused %q", refused)
	}
}

// What a server answers to requests as they are written, on one connection.
func say(t *testing.T, address, text string, answers int) []string {
	t.Helper()
	client, err := net.Dial("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	fmt.Fprint(client, text)
	reader := bufio.NewReader(client)
	var got []string
	for range answers {
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			return append(got, "end")
		}
		body, _ := io.ReadAll(answer.Body)
		got = append(got, fmt.Sprintf("%d %s", answer.StatusCode, strings.TrimSpace(string(body))))
	}
	return got
}

func TestDecidesOnEachRequestOfAConnection(t *testing.T) {
	host, _, address := openHTTP(t)
	got := say(t, address, "GET /a?b=%zz;c HTTP/1.1\r\nHost: GOOD.example.com.\r\n\r\n"+
		"POST /b HTTP/1.1\r\nHost: also.example.com:80\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"+
		"GET /c HTTP/1.1\r\nHost: evil.example.com\r\n\r\n"+
		"GET /d HTTP/1.1\r\nHost: good.example.com\r\n\r\n", 4)
	want := []string{
		`200 host GOOD.example.com. path /a?b=%zz;c body  upgrade ""`,
		`200 host also.example.com:80 path /b body abc upgrade ""`,
		"403 nullspace: refused by the network policy. evil.example.com is not in the sandbox's allow_out, or is not at this address.",
		"end",
	}
	if !slices.Equal(got, want) {
		t.Fatalf("got %q", got)
	}
	if refused := host.refusals(); !slices.Equal(refused, []string{"name_not_allowed evil.example.com"}) {
		t.Fatalf("refused %q", refused)
	}
}

func TestSeesThroughRequestsThatHideTheirHost(t *testing.T) {
	_, _, address := openHTTP(t)
	for what, it := range map[string]struct{ text, want string }{
		"an absolute target": {"GET http://evil.example.com/ HTTP/1.1\r\nHost: good.example.com\r\n\r\n", "403"},
		"two hosts":          {"GET / HTTP/1.1\r\nHost: good.example.com\r\nHost: evil.example.com\r\n\r\n", "400"},
		"no host":            {"GET / HTTP/1.0\r\n\r\n", "403"},
		"an address":         {"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "403"},
		"a tunnel":           {"CONNECT good.example.com:80 HTTP/1.1\r\nHost: good.example.com\r\n\r\n", "403"},
		"a folded header":    {"GET / HTTP/1.1\r\nX: y\r\n Host: evil.example.com\r\nHost: good.example.com\r\n\r\n", "200"},
		"a host with spaces": {"GET / HTTP/1.1\r\nHost: good.example.com evil.example.com\r\n\r\n", "400"},
		"HTTP/2":             {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ""},
		"two lengths":        {"POST / HTTP/1.1\r\nHost: good.example.com\r\nContent-Length: 1\r\nContent-Length: 9\r\n\r\nab", "400"},
		"another protocol":   {"GET / HTTP/1.1\r\nHost: good.example.com\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n", `200 host good.example.com path / body  upgrade ""`},
	} {
		got := say(t, address, it.text, 1)
		if it.want == "" && strings.HasPrefix(got[0], "200") || !strings.HasPrefix(got[0], it.want) {
			t.Errorf("%s: %q", what, got)
		}
	}
}

func TestSmuggledRequestIsNeverPassedOn(t *testing.T) {
	host, _, address := openHTTP(t)
	// A second request in what one side may take for a body.
	got := say(t, address, "POST / HTTP/1.1\r\nHost: good.example.com\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"+
		"0\r\n\r\nGET / HTTP/1.1\r\nHost: evil.example.com\r\n\r\n", 2)
	for _, answer := range got {
		if strings.Contains(answer, "host evil") {
			t.Fatalf("got %q", got)
		}
	}
	for _, refused := range host.refusals() {
		if !strings.HasSuffix(refused, "evil.example.com") {
			t.Fatalf("refused %q", refused)
		}
	}
}

func TestLeavesRoomForEveryGuest(t *testing.T) {
	all := connections{limits: Limits{PerGuest: 100, Total: 400}, guests: map[string]map[*connection]struct{}{}}
	fill := func(guest string) (count int) {
		for all.add(&connection{guest: guest}) {
			count++
		}
		return count
	}
	for guest := range 20 {
		if count := fill(fmt.Sprint(guest)); count == 0 {
			t.Fatalf("guest %d got nothing", guest)
		}
	}
	if count := fill("0"); count != 0 {
		t.Fatalf("the first guest got %d more", count)
	}
}

func TestAsksOnceForAConnectionAndName(t *testing.T) {
	host, proxy, address := openHTTP(t)
	client, err := net.Dial("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	reader := bufio.NewReader(client)
	get := func() error {
		fmt.Fprint(client, "GET / HTTP/1.1\r\nHost: good.example.com\r\n\r\n")
		answer, err := http.ReadResponse(reader, nil)
		if err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
		}
		return err
	}
	for range 3 {
		if err := get(); err != nil {
			t.Fatal(err)
		}
	}
	if asked := host.count(); asked != 1 {
		t.Fatalf("asked %d times", asked)
	}
	// A change of the policy ends it all the same.
	host.allow("also.example.com")
	proxy.Recheck("127.0.0.1")
	if get() == nil {
		t.Fatal("the connection outlived its name")
	}
}
