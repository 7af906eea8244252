package e2e

import (
	"context"
	"errors"
	"testing"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

func TestRightsOfAccounts(t *testing.T) {
	box := startSandbox(t)
	t.Run("what an account makes is its own", func(t *testing.T) {
		box.write(t, "made/by/user.txt", "user", "mine")
		if got := box.shell(t, "stat -c '%%U:%%G %%a' /home/user/made/by/user.txt /home/user/made/by"); got != "user:user 644\nuser:user 755" {
			t.Fatalf("got %q", got)
		}
	})
	t.Run("what an account may not read stays closed", func(t *testing.T) {
		stream, err := box.ReadFile(context.Background(), connect.NewRequest(&guestv1.ReadFileRequest{Target: &guestv1.Target{Path: "/etc/secret", User: "user"}}))
		must(t, err)
		for stream.Receive() {
		}
		if code := detailOf(t, stream.Err()); code != "permission_denied" {
			t.Fatalf("got %q: %v", code, stream.Err())
		}
	})
	t.Run("what an account may not write stays as it is", func(t *testing.T) {
		_, err := box.tryWrite("/etc/passwd", "user", "x")
		if code := detailOf(t, err); code != "permission_denied" {
			t.Fatalf("got %q: %v", code, err)
		}
	})
	t.Run("a group of the account counts", func(t *testing.T) {
		box.shell(t, "mkdir /srv; chgrp 2000 /srv; chmod 770 /srv")
		box.write(t, "/srv/file", "user", "x")
		if got := box.shell(t, "stat -c %%U /srv/file"); got != "user" {
			t.Fatalf("got %q", got)
		}
	})
	t.Run("the agent has its rights back", func(t *testing.T) {
		for range 20 {
			box.write(t, "again", "user", "x")
			box.write(t, "/etc/by-root", "", "x")
		}
		if got := box.shell(t, "stat -c %%U /etc/by-root"); got != "root" {
			t.Fatalf("got %q", got)
		}
	})
}

func (b *sandbox) tryWrite(path, user, content string) (*guestv1.FileInfo, error) {
	stream := b.WriteFile(context.Background())
	stream.Send(&guestv1.WriteFileRequest{Target: &guestv1.Target{Path: path, User: user}, Data: []byte(content)})
	response, err := stream.CloseAndReceive()
	if err != nil {
		return nil, err
	}
	return response.Msg.GetInfo(), nil
}

func (b *sandbox) write(t testing.TB, path, user, content string) {
	t.Helper()
	_, err := b.tryWrite(path, user, content)
	must(t, err)
}

func detailOf(t testing.TB, err error) string {
	t.Helper()
	var refusal *connect.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("not a refusal: %v", err)
	}
	for _, detail := range refusal.Details() {
		if value, err := detail.Value(); err == nil {
			if known, ok := value.(*guestv1.ErrorDetail); ok {
				return known.Code
			}
		}
	}
	return ""
}
