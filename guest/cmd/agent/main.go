// Command agent is the first process of every sandbox: it starts commands, serves files and buries orphans.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"nullspace.dev/guest/internal/auth"
	"nullspace.dev/guest/internal/awake"
	"nullspace.dev/guest/internal/boot"
	"nullspace.dev/guest/internal/ceiling"
	"nullspace.dev/guest/internal/connections"
	"nullspace.dev/guest/internal/gate"
	"nullspace.dev/guest/internal/guard"
	"nullspace.dev/guest/internal/hooks"
	"nullspace.dev/guest/internal/metrics"
	"nullspace.dev/guest/internal/processes"
	"nullspace.dev/guest/internal/restoring"
	"nullspace.dev/guest/internal/server"
	"nullspace.dev/guest/internal/settings"
	"nullspace.dev/guest/internal/sftp"
)

const (
	defaultListen = ":49983"
	// memoryTarget is where the collector works harder: the agent lives on its guest's memory. It is well above what logs
	// keep there together, else they alone would make it work all the time.
	memoryTarget = 88 << 20
	// maxHeaderBytes bounds what a caller without the token can make the agent read.
	maxHeaderBytes = 16 << 10
	// firstRequest is how long a new connection may stay silent. Later ones may stay open between calls.
	firstRequest = 10 * time.Second
)

func main() {
	// Whether the guest still starts programs can be seen by this.
	if len(os.Args) == 2 && os.Args[1] == "version" {
		fmt.Println(server.Version)
		return
	}
	if len(os.Args) == 2 && os.Args[1] == "sftp" {
		if err := sftp.Serve(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "sftp:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "agent:", err)
		os.Exit(1)
	}
}

func run() error {
	started := time.Now()
	debug.SetGCPercent(50)
	debug.SetMemoryLimit(memoryTarget)
	token := os.Getenv("NULLSPACE_AGENT_TOKEN")
	if token == "" {
		return fmt.Errorf("NULLSPACE_AGENT_TOKEN is not set; it is the secret that every call carries")
	}
	address := os.Getenv("NULLSPACE_AGENT_LISTEN")
	if address == "" {
		address = defaultListen
	}
	// First of all, so that an early caller waits for its answer and need not come again.
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	open := connections.NewSet()
	limit := ceiling.Counting()
	if os.Getpid() != 1 {
		listener = open.Listen(listener)
	} else {
		listener = open.ListenOutside(listener)
		boot.Prepare()
		limit = ceiling.Open()
	}
	values := settings.NewStore()
	table := processes.NewTable(values, limit)
	events := guard.NewEvents()
	secret, entrance := auth.NewToken(token), gate.New()
	restores := restoring.NewWatch(func(now restoring.Identity) {
		entrance.Restore()
		// The original's token is known to the original's holders. The copy's own counts once no connection is left whose
		// answer would be lost; a copy without one answers nobody.
		secret.Replace(rand.Text())
		open.CloseAll()
		if now.Token != "" {
			secret.Replace(now.Token)
		}
	})
	secret.Refresh = restores.Look
	table.Clock = awake.NewClock(restores.Since())
	go restores.Run()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	go guard.New(values, table, limit, events).Run(ctx)
	service := &server.Service{
		Settings: values, Token: secret, Processes: table, Ceiling: limit, Guard: events, Meter: metrics.NewMeter(),
		Connections: open, Gate: entrance, Restores: restores, Hooks: hooks.NewRunner(table), Started: started,
	}
	web := &http.Server{Handler: service.Handler(), MaxHeaderBytes: maxHeaderBytes, ReadHeaderTimeout: firstRequest}
	open.Attach(web)
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(listener) }()
	// "no": the machine has other guests to start meanwhile.
	if os.Getpid() == 1 && os.Getenv("NULLSPACE_AGENT_REHEARSE") != "no" {
		go service.Rehearse()
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		// The end of the first process ends the guest with all its commands.
		return web.Close()
	}
}
