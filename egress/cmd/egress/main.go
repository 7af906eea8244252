// The egress program of a host: lets guests' connections through that are allowed by name, and says which packets the
// packet filter has refused. It holds no policy; the host that started it decides.
package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"syscall"

	"nullspace.dev/egress/internal/control"
	"nullspace.dev/egress/internal/dropped"
	"nullspace.dev/egress/internal/proxy"
)

func main() {
	address := flag.String("address", "", "address to listen on")
	group := flag.Uint("group", 0, "group of the packet filter's log; 0: none")
	user := flag.Int("user", 0, "account to go on as; 0: none other")
	perGuest := flag.Int("guest-connections", 256, "connections of one guest at the same moment")
	total := flag.Int("connections", 16384, "connections of all guests at the same moment")
	flag.Parse()
	if err := run(*address, uint16(*group), *user, proxy.Limits{PerGuest: *perGuest, Total: *total}); err != nil {
		fmt.Fprintln(os.Stderr, "egress:", err)
		os.Exit(1)
	}
}

func run(address string, group uint16, user int, limits proxy.Limits) error {
	tls, err := net.Listen("tcp4", net.JoinHostPort(address, "0"))
	if err != nil {
		return err
	}
	http, err := net.Listen("tcp4", net.JoinHostPort(address, "0"))
	if err != nil {
		return err
	}
	host := control.New(os.Stdin, os.Stdout)
	logFailure := ""
	if group != 0 {
		if err := dropped.Follow(group, host.Refused); err != nil {
			logFailure = err.Error()
		}
	}
	// From here on what guests send is read, by a process without rights.
	if err := becomeUser(user); err != nil {
		return err
	}
	server := proxy.New(host, limits)
	go server.ServeTLS(tls)
	go server.ServeHTTP(http)
	host.Ready(port(tls), port(http), logFailure)
	return host.Serve(server.Recheck)
}

func becomeUser(user int) error {
	if user == 0 {
		return nil
	}
	if err := syscall.Setgroups(nil); err != nil {
		return err
	}
	if err := syscall.Setgid(user); err != nil {
		return err
	}
	return syscall.Setuid(user)
}

func port(listener net.Listener) int {
	return listener.Addr().(*net.TCPAddr).Port
}
