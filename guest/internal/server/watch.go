package server

import (
	"context"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/guard"
)

// Metrics measures the guest.
func (s *Service) Metrics(context.Context, *connect.Request[guestv1.MetricsRequest]) (*connect.Response[guestv1.MetricsResponse], error) {
	sample := s.Meter.Take()
	return connect.NewResponse(&guestv1.MetricsResponse{
		CpuPercent: sample.CPUPercent, CpuCount: uint32(sample.CPUCount),
		MemoryUsedBytes: sample.MemoryUsedBytes, MemoryTotalBytes: sample.MemoryTotalBytes,
		DiskUsedBytes: sample.DiskUsedBytes, DiskTotalBytes: sample.DiskTotalBytes,
		NetworkRxBytes: sample.NetworkReadBytes, NetworkTxBytes: sample.NetworkSentBytes,
		ProcessCount: uint32(sample.ProcessCount),
	}), nil
}

// WatchGuard streams the kills of the guards.
func (s *Service) WatchGuard(ctx context.Context, _ *connect.Request[guestv1.WatchGuardRequest], stream *connect.ServerStream[guestv1.WatchGuardResponse]) error {
	// The headers go out at once, so that the caller knows that it is heard.
	if err := stream.Send(nil); err != nil {
		return err
	}
	return refuse(s.Guard.Watch(ctx, func(event guard.Event) error {
		return stream.Send(&guestv1.WatchGuardResponse{
			Guard: event.Guard, Pid: uint32(event.PID), Command: text(event.Command),
			AtUnixMs: uint64(event.At.UnixMilli()), Message: text(event.Message),
		})
	}))
}
