package connections

import (
	"net"
	"testing"
	"time"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func dial(t *testing.T, listener net.Listener) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	return conn
}

func mustBeClosed(t *testing.T, conn net.Conn) {
	t.Helper()
	_, err := conn.Read(make([]byte, 1))
	if refused, timed := err.(net.Error); err == nil || timed && refused.Timeout() {
		t.Fatalf("the connection is open: %v", err)
	}
}

func TestConnectionsFromInsideAreRefused(t *testing.T) {
	set := NewSet()
	listener := set.ListenOutside(listen(t))
	go listener.Accept()
	mustBeClosed(t, dial(t, listener))
	if len(set.busy) != 0 {
		t.Fatal("a refused connection is in the set")
	}
}

func TestCloseAllEndsWhatIsOpen(t *testing.T) {
	set := NewSet()
	listener := set.Listen(listen(t))
	first, second := dial(t, listener), dial(t, listener)
	for range 2 {
		if _, err := listener.Accept(); err != nil {
			t.Fatal(err)
		}
	}
	set.CloseAll()
	mustBeClosed(t, first)
	mustBeClosed(t, second)
	if len(set.busy) != 0 {
		t.Fatal("a closed connection is still in the set")
	}
}

func TestADetachedConnectionStaysInItsSet(t *testing.T) {
	set := NewSet()
	listener := set.Listen(listen(t))
	client := dial(t, listener)
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	detached, err := accepted.(*Conn).Detach()
	if err != nil {
		t.Fatal(err)
	}
	client.Write([]byte("ab"))
	client.Write([]byte("cd"))
	data := make([]byte, 4)
	if n, err := detached.Read(data); n != 4 || err != nil || string(data) != "abcd" {
		t.Fatalf("%d bytes %q: %v", n, data, err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := detached.Read(data)
		ended <- err
	}()
	set.CloseAll()
	if err := <-ended; err == nil {
		t.Fatal("it is read on from a closed connection")
	}
	mustBeClosed(t, client)
	detached.Close()
	if _, err := accepted.(*Conn).Detach(); err == nil {
		t.Fatal("a closed connection was detached")
	}
	if len(set.busy) != 0 {
		t.Fatal("a closed connection is in the set")
	}
}
