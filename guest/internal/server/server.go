// Package server speaks guest.proto over HTTP.
package server

import (
	"net/http"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1/guestv1connect"
	"nullspace.dev/guest/internal/auth"
	"nullspace.dev/guest/internal/ceiling"
	"nullspace.dev/guest/internal/connections"
	"nullspace.dev/guest/internal/dial"
	"nullspace.dev/guest/internal/gate"
	"nullspace.dev/guest/internal/guard"
	"nullspace.dev/guest/internal/hooks"
	"nullspace.dev/guest/internal/listen"
	"nullspace.dev/guest/internal/metrics"
	"nullspace.dev/guest/internal/processes"
	"nullspace.dev/guest/internal/restoring"
	"nullspace.dev/guest/internal/settings"
)

// maxMessageBytes bounds one message of a caller: the stdin of a command, or a piece of a file.
const maxMessageBytes = 32 << 20

// Version is set when the agent is built.
var Version = "development"

// Service implements guest.proto.
type Service struct {
	Settings    *settings.Store
	Token       *auth.Token
	Processes   *processes.Table
	Ceiling     *ceiling.Ceiling
	Guard       *guard.Events
	Meter       *metrics.Meter
	Connections *connections.Set
	Gate        *gate.Gate
	Restores    *restoring.Watch
	Hooks       *hooks.Runner
	Started     time.Time

	configuring chan struct{}
	// calls serves without asking for the token.
	calls http.Handler
}

var _ guestv1connect.GuestServiceHandler = (*Service)(nil)

// Handler returns the service and the dial address, behind the token.
func (s *Service) Handler() http.Handler {
	s.configuring = make(chan struct{}, 1)
	path, service := guestv1connect.NewGuestServiceHandler(s,
		connect.WithReadMaxBytes(maxMessageBytes),
		connect.WithInterceptors(gated{s.Gate}),
		// Callers are next door: compressing would only cost time.
		connect.WithCompression("gzip", nil, nil))
	mux := http.NewServeMux()
	mux.Handle(path, service)
	mux.Handle("/dial", dial.Handler(s.Gate))
	desk := listen.NewDesk()
	mux.Handle("/listen", desk.Listen(s.Gate))
	mux.Handle("/accept", desk.Accept(s.Gate))
	mux.HandleFunc(contentsPath, s.Contents)
	s.calls = mux
	return s.Token.Require(mux)
}
