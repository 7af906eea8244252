// Package dial joins a connection of the caller with a port of the guest's own loopback.
package dial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"nullspace.dev/guest/internal/gate"
	"nullspace.dev/guest/internal/problem"
)

// Protocol is the name in the Upgrade header.
const Protocol = "nullspace-dial"

// CodeHeader names why a tunnel was refused while the guest is saved or restored.
const CodeHeader = "Nullspace-Code"

const connectPatience = 10 * time.Second

// Handler serves GET /dial?port=N. After the answer 101 the connection carries raw bytes, each direction ended on its own.
// They end together when the gate closes.
func Handler(entrance *gate.Gate) http.Handler {
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

func serve(w http.ResponseWriter, r *http.Request, closing context.Context) {
	port, err := strconv.ParseUint(r.URL.Query().Get("port"), 10, 16)
	if err != nil || port == 0 {
		http.Error(w, "port must be a number from 1 to 65535", http.StatusBadRequest)
		return
	}
	if r.Method != http.MethodGet || !strings.EqualFold(r.Header.Get("Upgrade"), Protocol) {
		w.Header().Set("Upgrade", Protocol)
		http.Error(w, "this address only answers GET with Upgrade: "+Protocol, http.StatusUpgradeRequired)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), connectPatience)
	defer cancel()
	inner, err := openLoopback(ctx, strconv.FormatUint(port, 10))
	if err != nil {
		http.Error(w, fmt.Sprintf("nothing answers on port %d of the sandbox", port), http.StatusBadGateway)
		return
	}
	defer inner.Close()
	outer, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "the connection cannot be upgraded", http.StatusInternalServerError)
		return
	}
	defer outer.Close()
	outer.SetDeadline(time.Time{})
	answer := "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + Protocol + "\r\n\r\n"
	if _, err := outer.Write([]byte(answer)); err != nil {
		return
	}
	release := context.AfterFunc(closing, func() {
		inner.Close()
		outer.Close()
	})
	defer release()
	join(inner, outer, buffered)
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
