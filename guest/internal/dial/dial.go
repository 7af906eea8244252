// Package dial joins a connection of the caller with a port of the guest's own loopback, or with one of its sockets.
package dial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"nullspace.dev/guest/internal/accounts"
	"nullspace.dev/guest/internal/gate"
	"nullspace.dev/guest/internal/problem"
)

// Protocol is the name in the Upgrade header.
const Protocol = "nullspace-dial"

// CodeHeader names why a tunnel was refused while the guest is saved or restored.
const CodeHeader = "Nullspace-Code"

const connectPatience = 10 * time.Second

// Handler serves GET /dial?port=N, or ?path=P&user=U with the rights of an account. After the answer 101 the connection
// carries raw bytes, each direction ended on its own. They end together when the gate closes.
func Handler(entrance *gate.Gate) http.Handler {
	return Gated(entrance, func(w http.ResponseWriter, r *http.Request, closing context.Context) {
		if !Upgrades(w, r, Protocol) {
			return
		}
		inner, status, err := open(r.Context(), r.URL.Query())
		if err != nil {
			http.Error(w, err.Error(), status)
			return
		}
		Serve(w, inner, closing)
	})
}

// Gated serves while the gate is open, with a context that ends when it closes.
func Gated(entrance *gate.Gate, serve func(http.ResponseWriter, *http.Request, context.Context)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The request's own context also ends when the caller has nothing more to say.
		closing, call, err := entrance.Enter(context.WithoutCancel(r.Context()))
		if err != nil {
			refuse(w, err)
			return
		}
		defer call.Leave()
		serve(w, r, closing)
	})
}

// refuse names the code of a problem in a header, since the body is for people.
func refuse(w http.ResponseWriter, err error) {
	var known *problem.Problem
	if errors.As(err, &known) {
		w.Header().Set(CodeHeader, known.Code)
	}
	http.Error(w, err.Error(), http.StatusServiceUnavailable)
}

// Upgrades tells whether a request wants the protocol, and otherwise answers it.
func Upgrades(w http.ResponseWriter, r *http.Request, protocol string) bool {
	if r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), protocol) {
		return true
	}
	w.Header().Set("Upgrade", protocol)
	http.Error(w, "this address only answers GET with Upgrade: "+protocol, http.StatusUpgradeRequired)
	return false
}

// Hijack takes the connection over and answers 101, with a header more where one is given.
func Hijack(w http.ResponseWriter, protocol, header string) (net.Conn, io.Reader, error) {
	outer, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "the connection cannot be upgraded", http.StatusInternalServerError)
		return nil, nil, err
	}
	outer.SetDeadline(time.Time{})
	answer := "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n" + header + "\r\n"
	if _, err := outer.Write([]byte(answer)); err != nil {
		outer.Close()
		return nil, nil, err
	}
	return outer, buffered, nil
}

// Serve joins the caller with inner, and closes it.
func Serve(w http.ResponseWriter, inner net.Conn, closing context.Context) {
	defer inner.Close()
	outer, buffered, err := Hijack(w, Protocol, "")
	if err != nil {
		return
	}
	defer outer.Close()
	release := context.AfterFunc(closing, func() {
		inner.Close()
		outer.Close()
	})
	defer release()
	join(inner, outer, buffered)
}

func open(ctx context.Context, query url.Values) (net.Conn, int, error) {
	ctx, cancel := context.WithTimeout(ctx, connectPatience)
	defer cancel()
	if path := query.Get("path"); path != "" {
		return openSocket(ctx, path, query.Get("user"))
	}
	port, err := strconv.ParseUint(query.Get("port"), 10, 16)
	if err != nil || port == 0 {
		return nil, http.StatusBadRequest, errors.New("port must be a number from 1 to 65535")
	}
	inner, err := openLoopback(ctx, strconv.FormatUint(port, 10))
	if err != nil {
		return nil, http.StatusBadGateway, fmt.Errorf("nothing answers on port %d of the sandbox", port)
	}
	return inner, 0, nil
}

func openSocket(ctx context.Context, path, user string) (inner net.Conn, status int, err error) {
	account, err := accounts.Find(user)
	if err != nil || !strings.HasPrefix(path, "/") {
		return nil, http.StatusBadRequest, errors.New("path must be absolute, and user an account")
	}
	err = account.Act(func() (err error) {
		inner, err = (&net.Dialer{}).DialContext(ctx, "unix", path)
		return err
	})
	if err != nil {
		return nil, http.StatusBadGateway, fmt.Errorf("nothing answers at %q of the sandbox", path)
	}
	return inner, 0, nil
}

// openLoopback tries both names of the loopback: many development servers listen on what "localhost" is first, which is ::1.
func openLoopback(ctx context.Context, port string) (net.Conn, error) {
	inner, err := (&net.Dialer{}).DialContext(ctx, "tcp4", net.JoinHostPort("127.0.0.1", port))
	if err == nil {
		return inner, nil
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp6", net.JoinHostPort("::1", port))
}

// join copies both ways until both directions ended or one broke.
func join(inner, outer net.Conn, early io.Reader) {
	back := make(chan error, 1)
	go func() { back <- forward(outer, inner) }()
	forth := make(chan error, 1)
	go func() { forth <- forward(inner, early) }()
	for range 2 {
		var err error
		select {
		case err = <-back:
		case err = <-forth:
		}
		if err != nil {
			return
		}
	}
}

func forward(to net.Conn, from io.Reader) error {
	if _, err := io.Copy(to, from); err != nil {
		return err
	}
	return to.(interface{ CloseWrite() error }).CloseWrite()
}
