package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

const (
	connectWithin = 15 * time.Second
	// Manifests and configurations; none of use is near it.
	largestDocument = 8 << 20
)

// errPrivate is what a connection to an address fails with that registries may not lie at.
var errPrivate = errors.New("the address is not public")

// errTooLarge is what an answer fails with that goes past its bound.
var errTooLarge = errors.New("the answer is larger than it may be")

type boundKey struct{}

// withBound says how large answers to the requests of a context may be.
func withBound(ctx context.Context, bytes int64) context.Context {
	return context.WithValue(ctx, boundKey{}, bytes)
}

// newTransport connects to public addresses, to those of listed registries and to allowed networks alone.
func newTransport(order Order) (http.RoundTripper, error) {
	allow, err := parseRanges(order.AllowRanges)
	if err != nil {
		return nil, err
	}
	deny, err := parseRanges(order.DenyRanges)
	if err != nil {
		return nil, err
	}
	judged := &net.Dialer{Timeout: connectWithin, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !judge(to.Addr(), allow, deny) {
			return errPrivate
		}
		return nil
	}}
	trusted := &net.Dialer{Timeout: connectWithin}
	return &boundedTransport{
		stall: order.stall(),
		next: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				host, port, _ := net.SplitHostPort(address)
				if order.isInsecure(address) || (order.isInsecure(host) && port != "") {
					return trusted.DialContext(ctx, network, address)
				}
				return judged.DialContext(ctx, network, address)
			},
			TLSHandshakeTimeout:   connectWithin,
			ResponseHeaderTimeout: order.answer(),
			MaxIdleConnsPerHost:   4,
			ForceAttemptHTTP2:     true,
			DisableCompression:    true,
		},
	}, nil
}

// boundedTransport gives up answers that stand still or are too large.
type boundedTransport struct {
	next  http.RoundTripper
	stall time.Duration
}

func (t *boundedTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	bound, known := request.Context().Value(boundKey{}).(int64)
	if !known {
		bound = largestDocument
	}
	ctx, cancel := context.WithCancelCause(request.Context())
	response, err := t.next.RoundTrip(request.WithContext(ctx))
	if err != nil {
		cancel(nil)
		return nil, err
	}
	body := &boundedBody{ReadCloser: response.Body, left: bound, stall: t.stall, cancel: cancel, ctx: ctx}
	body.timer = time.AfterFunc(t.stall, func() {
		cancel(fmt.Errorf("nothing came for %s", t.stall))
	})
	response.Body = body
	return response, nil
}

type boundedBody struct {
	io.ReadCloser
	left   int64
	stall  time.Duration
	timer  *time.Timer
	cancel context.CancelCauseFunc
	ctx    context.Context
}

func (b *boundedBody) Read(p []byte) (int, error) {
	b.timer.Reset(b.stall)
	n, err := b.ReadCloser.Read(p)
	b.timer.Stop()
	b.left -= int64(n)
	if b.left < 0 {
		return 0, errTooLarge
	}
	if err != nil && !errors.Is(err, io.EOF) && context.Cause(b.ctx) != nil {
		err = context.Cause(b.ctx)
	}
	return n, err
}

func (b *boundedBody) Close() error {
	b.timer.Stop()
	b.cancel(nil)
	return b.ReadCloser.Close()
}
