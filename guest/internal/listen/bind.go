package listen

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"

	"nullspace.dev/guest/internal/accounts"
)

var errInvalid = errors.New("port must be a number up to 65535, path absolute and of one line, private hexadecimal")

// bound is what was asked to listen.
type bound struct {
	// name is the port or the path.
	name      string
	listeners []net.Listener
	remove    func()
	once      sync.Once
}

func (b *bound) close() {
	b.once.Do(func() {
		for _, listener := range b.listeners {
			listener.Close()
		}
		b.remove()
	})
}

func bind(account accounts.Account, query url.Values) (*bound, error) {
	if name := query.Get("private"); name != "" {
		return bindPrivate(account, name)
	}
	if path := query.Get("path"); path != "" {
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "\r\n\x00") {
			return nil, errInvalid
		}
		return bindSocket(account, path)
	}
	port, err := strconv.ParseUint(query.Get("port"), 10, 16)
	if err != nil {
		return nil, errInvalid
	}
	return bindLoopback(account, strconv.FormatUint(port, 10))
}

// bindLoopback takes the port of 127.0.0.1, and that of ::1 where it is free.
func bindLoopback(account accounts.Account, port string) (*bound, error) {
	found := &bound{remove: func() {}}
	err := account.Act(func() error {
		first, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", port))
		if err != nil {
			return err
		}
		found.name = strconv.Itoa(first.Addr().(*net.TCPAddr).Port)
		found.listeners = append(found.listeners, first)
		if second, err := net.Listen("tcp6", net.JoinHostPort("::1", found.name)); err == nil {
			found.listeners = append(found.listeners, second)
		}
		return nil
	})
	return found, err
}

func bindSocket(account accounts.Account, path string) (*bound, error) {
	found := &bound{name: path}
	// Removed with the rights of the account too: it can lead the path elsewhere meanwhile.
	found.remove = func() { account.Act(func() error { return os.Remove(path) }) }
	err := account.Act(func() error {
		listener, err := net.Listen("unix", path)
		if err != nil {
			return err
		}
		listener.(*net.UnixListener).SetUnlinkOnClose(false)
		found.listeners = []net.Listener{listener}
		return os.Chmod(path, 0o600)
	})
	if err != nil && len(found.listeners) > 0 {
		found.close()
	}
	return found, err
}

func bindPrivate(account accounts.Account, name string) (*bound, error) {
	if strings.Trim(name, "0123456789abcdef") != "" {
		return nil, errInvalid
	}
	folder := "/tmp/ssh-" + name
	if err := account.Act(func() error { return os.Mkdir(folder, 0o700) }); err != nil {
		return nil, fmt.Errorf("no folder for a socket: %w", err)
	}
	removeFolder := func() { account.Act(func() error { return os.Remove(folder) }) }
	found, err := bindSocket(account, folder+"/agent")
	if err != nil {
		removeFolder()
		return nil, err
	}
	removeSocket := found.remove
	found.remove = func() {
		removeSocket()
		removeFolder()
	}
	return found, nil
}
