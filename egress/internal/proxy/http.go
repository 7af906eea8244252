package proxy

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync/atomic"
	"time"
)

const (
	longestHeader = 64 * 1024
	// How long a connection waits for its next request.
	idle = 2 * time.Minute
	// Of each direction of a connection.
	bufferBytes = 16 * 1024
)

type contextKey struct{}

// A client's connection with connections to servers of its own: guests never share one.
type session struct {
	*connection
	proxy   *Proxy
	asked   atomic.Bool
	forward *httputil.ReverseProxy
}

// ServeHTTP serves connections to port 80: the host of each request decides.
func (proxy *Proxy) ServeHTTP(listener net.Listener) {
	server := &http.Server{
		Handler:           http.HandlerFunc(serveRequest),
		ReadHeaderTimeout: patience,
		IdleTimeout:       idle,
		MaxHeaderBytes:    longestHeader,
		ErrorLog:          log.New(io.Discard, "", 0),
		ConnContext: func(parent context.Context, client net.Conn) context.Context {
			return context.WithValue(parent, contextKey{}, client.(*session))
		},
		ConnState: func(client net.Conn, state http.ConnState) {
			if one := client.(*session); state == http.StateClosed && !one.asked.Load() && one.said.Load() {
				proxy.refuse(one.connection, "", noName)
			}
		},
		DisableGeneralOptionsHandler: true,
	}
	_ = server.Serve(&admitting{Listener: listener, proxy: proxy})
}

// A listener of connections that were taken in.
type admitting struct {
	net.Listener
	proxy *Proxy
}

func (listener *admitting) Accept() (net.Conn, error) {
	for {
		client, err := listener.Listener.Accept()
		if err != nil {
			if isShort(err) {
				time.Sleep(10 * time.Millisecond)
				continue
			}
			return nil, err
		}
		if one := listener.proxy.accept(client.(*net.TCPConn)); one != nil {
			return newSession(listener.proxy, one), nil
		}
	}
}

func newSession(proxy *Proxy, one *connection) *session {
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return proxy.dialer.DialContext(ctx, "tcp4", one.server())
		},
		DisableCompression: true,
		ReadBufferSize:     bufferBytes,
		WriteBufferSize:    bufferBytes,
	}
	return &session{connection: one, proxy: proxy, forward: &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(request *httputil.ProxyRequest) {
			request.Out.URL.Scheme = "http"
			request.Out.URL.Host = one.server()
			request.Out.URL.RawQuery = request.In.URL.RawQuery
			for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
				if given, there := request.In.Header[name]; there {
					request.Out.Header[name] = given
				}
			}
		},
		// What a server sends goes on at once.
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0),
		ErrorHandler: func(answer http.ResponseWriter, _ *http.Request, _ error) {
			answer.Header().Set("Connection", "close")
			http.Error(answer, "nullspace: the server cannot be reached.", http.StatusBadGateway)
		},
	}}
}

func (one *session) Close() error {
	one.proxy.open.remove(one.connection)
	one.forward.Transport.(*http.Transport).CloseIdleConnections()
	return one.TCPConn.Close()
}

// Read notes that the client has said something.
func (one *session) Read(buffer []byte) (int, error) {
	count, err := one.TCPConn.Read(buffer)
	if count > 0 {
		one.said.Store(true)
	}
	return count, err
}

func serveRequest(answer http.ResponseWriter, request *http.Request) {
	one := request.Context().Value(contextKey{}).(*session)
	one.asked.Store(true)
	name, isName := canonical(hostOf(request))
	switch {
	case !isName || request.Method == http.MethodConnect:
		one.proxy.refuse(one.connection, "", noName)
		deny(answer, "The request names no host.")
	case !one.proxy.allows(one.connection, name):
		deny(answer, name+" is not in the sandbox's allow_out, or is not at this address.")
	default:
		// Another protocol would carry requests that are not read here.
		if !strings.EqualFold(request.Header.Get("Upgrade"), "websocket") {
			request.Header.Del("Upgrade")
		}
		one.forward.ServeHTTP(answer, request)
	}
}

func hostOf(request *http.Request) string {
	if host, _, err := net.SplitHostPort(request.Host); err == nil {
		return host
	}
	return request.Host
}

func deny(answer http.ResponseWriter, why string) {
	answer.Header().Set("Connection", "close")
	http.Error(answer, "nullspace: refused by the network policy. "+why, http.StatusForbidden)
}
