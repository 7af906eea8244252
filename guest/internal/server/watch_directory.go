package server

import (
	"context"
	"path/filepath"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/files"
	"nullspace.dev/guest/internal/watch"
)

// WatchDirectory streams the changes of a folder.
func (s *Service) WatchDirectory(ctx context.Context, request *connect.Request[guestv1.WatchDirectoryRequest], stream *connect.ServerStream[guestv1.WatchDirectoryResponse]) error {
	asked, real, account, err := files.Folder(s.target(request.Msg.GetTarget()))
	if err != nil {
		return refuse(err)
	}
	watched, err := watch.Open(watch.Options{Folder: real, Account: account, Recursive: request.Msg.GetRecursive(), Hidden: files.IsHidden})
	if err != nil {
		return refuse(err)
	}
	defer watched.Close()
	started := &guestv1.WatchDirectoryResponse_Started{Started: &guestv1.WatchStarted{Path: text(asked)}}
	if err := stream.Send(&guestv1.WatchDirectoryResponse{Event: started}); err != nil {
		return err
	}
	for {
		event, err := watched.Next(ctx)
		if err != nil {
			return refuse(err)
		}
		if err := stream.Send(watchMessage(asked, event)); err != nil || event.Kind == watch.Ended {
			return err
		}
	}
}

func watchMessage(folder string, event watch.Event) *guestv1.WatchDirectoryResponse {
	switch event.Kind {
	case watch.Overflow:
		return &guestv1.WatchDirectoryResponse{Event: &guestv1.WatchDirectoryResponse_Overflow{Overflow: &guestv1.WatchOverflow{}}}
	case watch.Ended:
		return &guestv1.WatchDirectoryResponse{Event: &guestv1.WatchDirectoryResponse_Ended{Ended: &guestv1.WatchEnded{Reason: event.Reason}}}
	}
	change := &guestv1.FileChange{
		Kind: string(event.Kind), Name: text(event.Name), Path: text(filepath.Join(folder, event.Name)), IsDir: event.IsDir,
	}
	if event.OldName != "" {
		change.OldPath = text(filepath.Join(folder, event.OldName))
	}
	return &guestv1.WatchDirectoryResponse{Event: &guestv1.WatchDirectoryResponse_Change{Change: change}}
}
