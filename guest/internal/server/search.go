package server

import (
	"context"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/files"
)

// SearchFiles searches by name.
func (s *Service) SearchFiles(ctx context.Context, request *connect.Request[guestv1.SearchFilesRequest]) (*connect.Response[guestv1.SearchFilesResponse], error) {
	message := request.Msg
	paths, truncated, err := files.Search(ctx, s.target(message.GetTarget()), message.GetPattern(), int(message.GetMaxResults()))
	if err != nil {
		return nil, refuse(err)
	}
	return connect.NewResponse(&guestv1.SearchFilesResponse{Paths: paths, Truncated: truncated}), nil
}

// FindText searches in contents.
func (s *Service) FindText(ctx context.Context, request *connect.Request[guestv1.FindTextRequest]) (*connect.Response[guestv1.FindTextResponse], error) {
	message := request.Msg
	matches, truncated, err := files.Find(ctx, s.target(message.GetTarget()), message.GetPattern(), int(message.GetMaxMatches()))
	if err != nil {
		return nil, refuse(err)
	}
	response := &guestv1.FindTextResponse{Truncated: truncated, Matches: make([]*guestv1.TextMatch, 0, len(matches))}
	for _, match := range matches {
		response.Matches = append(response.Matches, &guestv1.TextMatch{Path: match.Path, Line: match.Line, Content: match.Content})
	}
	return connect.NewResponse(response), nil
}

// ReplaceText replaces literal text in files.
func (s *Service) ReplaceText(ctx context.Context, request *connect.Request[guestv1.ReplaceTextRequest]) (*connect.Response[guestv1.ReplaceTextResponse], error) {
	message := request.Msg
	targets := make([]files.Target, 0, len(message.GetTargets()))
	for _, target := range message.GetTargets() {
		targets = append(targets, s.target(target))
	}
	replacements, err := files.Replace(ctx, targets, message.GetPattern(), message.GetReplacement())
	if err != nil {
		return nil, refuse(err)
	}
	return connect.NewResponse(&guestv1.ReplaceTextResponse{Replacements: replacements}), nil
}
