package server

import (
	"context"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/files"
)

// Stat answers without an info when nothing is there.
func (s *Service) Stat(_ context.Context, request *connect.Request[guestv1.StatRequest]) (*connect.Response[guestv1.StatResponse], error) {
	info, exists, err := files.Stat(s.target(request.Msg.GetTarget()))
	if err != nil {
		return nil, refuse(err)
	}
	response := &guestv1.StatResponse{}
	if exists {
		response.Info = infoOf(info)
	}
	return connect.NewResponse(response), nil
}

// ListDirectory lists what is below a directory, sorted by path.
func (s *Service) ListDirectory(_ context.Context, request *connect.Request[guestv1.ListDirectoryRequest]) (*connect.Response[guestv1.ListDirectoryResponse], error) {
	entries, err := files.List(s.target(request.Msg.GetTarget()), int(request.Msg.GetDepth()), int(request.Msg.GetMaxEntries()))
	if err != nil {
		return nil, refuse(err)
	}
	response := &guestv1.ListDirectoryResponse{Entries: make([]*guestv1.FileInfo, 0, len(entries))}
	for _, entry := range entries {
		response.Entries = append(response.Entries, infoOf(entry))
	}
	return connect.NewResponse(response), nil
}

// MakeDirectory makes a directory and those above it.
func (s *Service) MakeDirectory(_ context.Context, request *connect.Request[guestv1.MakeDirectoryRequest]) (*connect.Response[guestv1.MakeDirectoryResponse], error) {
	info, err := files.MakeDirectory(s.target(request.Msg.GetTarget()))
	if err != nil {
		return nil, refuse(err)
	}
	return connect.NewResponse(&guestv1.MakeDirectoryResponse{Info: infoOf(info)}), nil
}

// Remove removes a file or a whole directory.
func (s *Service) Remove(_ context.Context, request *connect.Request[guestv1.RemoveRequest]) (*connect.Response[guestv1.RemoveResponse], error) {
	if err := files.Remove(s.target(request.Msg.GetTarget())); err != nil {
		return nil, refuse(err)
	}
	return connect.NewResponse(&guestv1.RemoveResponse{}), nil
}

// Rename moves a file or directory.
func (s *Service) Rename(_ context.Context, request *connect.Request[guestv1.RenameRequest]) (*connect.Response[guestv1.RenameResponse], error) {
	info, err := files.Rename(s.target(request.Msg.GetFrom()), request.Msg.GetToPath())
	if err != nil {
		return nil, refuse(err)
	}
	return connect.NewResponse(&guestv1.RenameResponse{Info: infoOf(info)}), nil
}

// SetPermissions changes mode bits.
func (s *Service) SetPermissions(_ context.Context, request *connect.Request[guestv1.SetPermissionsRequest]) (*connect.Response[guestv1.SetPermissionsResponse], error) {
	info, err := files.SetPermissions(s.target(request.Msg.GetTarget()), request.Msg.GetMode())
	if err != nil {
		return nil, refuse(err)
	}
	return connect.NewResponse(&guestv1.SetPermissionsResponse{Info: infoOf(info)}), nil
}
