package e2e

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// network joins a sandbox with the test by two namespaces of their own: the machine's own network is not touched.
type network struct {
	name                              string
	sandboxNamespace, clientNamespace string
	sandboxAddress                    string
}

func newNetwork(t testing.TB) *network {
	t.Helper()
	name := fmt.Sprintf("%d-%x", os.Getpid(), time.Now().UnixNano()&0xffffff)
	n := &network{name: name, sandboxNamespace: "ge-s-" + name, clientNamespace: "ge-c-" + name, sandboxAddress: "10.211.0.2"}
	t.Cleanup(func() {
		exec.Command("ip", "netns", "delete", n.sandboxNamespace).Run()
		exec.Command("ip", "netns", "delete", n.clientNamespace).Run()
	})
	ip(t, "netns", "add", n.sandboxNamespace)
	ip(t, "netns", "add", n.clientNamespace)
	ip(t, "-n", n.clientNamespace, "link", "add", "client", "type", "veth", "peer", "name", "eth0", "netns", n.sandboxNamespace)
	ip(t, "-n", n.clientNamespace, "address", "add", "10.211.0.1/30", "dev", "client")
	ip(t, "-n", n.clientNamespace, "link", "set", "client", "up")
	ip(t, "-n", n.sandboxNamespace, "address", "add", n.sandboxAddress+"/30", "dev", "eth0")
	ip(t, "-n", n.sandboxNamespace, "link", "set", "eth0", "up")
	ip(t, "-n", n.sandboxNamespace, "link", "set", "lo", "up")
	ip(t, "-n", n.sandboxNamespace, "route", "add", "default", "via", "10.211.0.1")
	return n
}

func ip(t testing.TB, arguments ...string) {
	t.Helper()
	if output, err := exec.Command("ip", arguments...).CombinedOutput(); err != nil {
		t.Fatalf("ip %v: %v\n%s", arguments, err, output)
	}
}

// client makes connections that begin in the client's namespace.
func (n *network) client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: n.dialContext}}
}

func (n *network) dialContext(ctx context.Context, kind, address string) (conn net.Conn, err error) {
	err = n.inside(func() (err error) {
		conn, err = (&net.Dialer{Timeout: 2 * time.Second}).DialContext(ctx, kind, address)
		return err
	})
	return conn, err
}

// dial connects to a port of the guest.
func (n *network) dial(port string) (net.Conn, error) {
	return n.dialContext(context.Background(), "tcp", net.JoinHostPort(n.sandboxAddress, port))
}

// inside calls work on a thread of the client's namespace. The thread ends with it.
func (n *network) inside(work func() error) error {
	outcome := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		file, err := os.Open("/run/netns/" + n.clientNamespace)
		if err == nil {
			err = unix.Setns(int(file.Fd()), unix.CLONE_NEWNET)
			file.Close()
		}
		if err == nil {
			err = work()
		}
		outcome <- err
	}()
	return <-outcome
}
