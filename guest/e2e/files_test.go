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
	remove := func(path, user string) string {
		_, err := box.Remove(context.Background(), connect.NewRequest(&guestv1.RemoveRequest{Target: &guestv1.Target{Path: path, User: user}}))
		if err == nil {
			return ""
		}
		return detailOf(t, err)
	}
	t.Run("what is removed is never what a link leads to", func(t *testing.T) {
		box.shell(t, "mkdir -p -m 1777 /var/sticky; ln -s /home/user/kept /var/sticky/link; mkdir -p /home/user/kept/deep /home/user/tree/a; touch /home/user/kept/deep/file; ln -s ../kept /home/user/tree/a/link; chown -R user: /home/user")
		// The account may not remove the link of another one.
		if got := remove("/var/sticky/link", "user"); got != "permission_denied" {
			t.Errorf("got %q", got)
		}
		if got := remove("/home/user/tree", "user"); got != "" {
			t.Errorf("got %q", got)
		}
		for _, path := range []string{"/proc/1", "/proc/1/cwd", "/proc/self/task", "/dev/shm", "/proc"} {
			if got := remove(path, ""); got != "permission_denied" {
				t.Errorf("%s: got %q", path, got)
			}
		}
		if got := box.shell(t, "ls -d /home/user/kept/deep/file /home/user/tree /bin /etc/passwd 2>/dev/null"); got != "/bin\n/etc/passwd\n/home/user/kept/deep/file" {
			t.Fatalf("left: %q", got)
		}
	})
	t.Run("folders go however many and deep they are", func(t *testing.T) {
		box.shell(t, "mkdir /var/many; cd /var/many; seq 5000 | xargs touch; for i in $(seq 900); do mkdir d; cd d; done; chmod 500 /var/many")
		if got := remove("/var/many", ""); got != "" || box.shell(t, "ls /var") == "" {
			t.Fatalf("got %q", got)
		}
		if got := box.shell(t, "ls -d /var/many 2>&1 >/dev/null | wc -l"); got != "1" {
			t.Fatalf("got %q", got)
		}
	})
	t.Run("what cannot be read is told as such", func(t *testing.T) {
		for _, path := range []string{"/proc/1/mem", "/dev/zero"} {
			stream, err := box.ReadFile(context.Background(), connect.NewRequest(&guestv1.ReadFileRequest{Target: &guestv1.Target{Path: path}}))
			must(t, err)
			for stream.Receive() {
			}
			if code := detailOf(t, stream.Err()); code != "invalid_path" {
				t.Errorf("%s: %v", path, stream.Err())
			}
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
