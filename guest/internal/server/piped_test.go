package server

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"connectrpc.com/connect"
	sftpclient "github.com/pkg/sftp"

	"nullspace.dev/guest/gen/guestv1"
)

func startPiped(t testing.TB, request *guestv1.StartRequest) uint32 {
	t.Helper()
	request.Piped = true
	pid := must[*connect.Response[guestv1.StartResponse]](t)(agent.Start(deadline(t), ask(request))).Msg.Pid
	t.Cleanup(func() {
		agent.Signal(context.Background(), connect.NewRequest(&guestv1.SignalRequest{Pid: pid, Signal: 9}))
	})
	return pid
}

func TestNothingOfAPipedCommandIsLostToASlowReader(t *testing.T) {
	// More than is kept for the reader, but with what its pipe holds the command gets rid of it and ends.
	const size = 600 << 10
	pid := startPiped(t, &guestv1.StartRequest{Command: shell("head -c 614400 /dev/zero; echo end >&2; exit 5")})
	eventually(t, "the command ends or waits", func() bool {
		list := must[*connect.Response[guestv1.ListProcessesResponse]](t)(agent.ListProcesses(deadline(t), ask(&guestv1.ListProcessesRequest{Pid: pid})))
		return list.Msg.Processes[0].StdoutBytes >= 512<<10
	})
	// Longer than an ended command is waited for whose output something else holds.
	time.Sleep(400 * time.Millisecond)
	got := follow(t, &guestv1.AttachRequest{Pid: pid}, nil)
	if got.stdout.Len() != size || got.stderr.String() != "end\n" || got.exit.GetCode() != 5 {
		t.Fatalf("%d bytes, %q, %v", got.stdout.Len(), got.stderr.String(), got.exit)
	}
}

func TestAPipedCommandEndsWithItsReader(t *testing.T) {
	for name, request := range map[string]*guestv1.StartRequest{
		"that writes":   {Command: shell("exec yes")},
		"that reads":    {Command: shell("echo y; exec cat")},
		"on a terminal": {Command: shell("echo y; exec sleep 1000"), Terminal: &guestv1.Terminal{Columns: 80, Rows: 24}},
	} {
		t.Run(name, func(t *testing.T) {
			pid := startPiped(t, request)
			follow(t, &guestv1.AttachRequest{Pid: pid}, until("y"))
			eventually(t, "the command is gone", func() bool { return !listed(t, pid).Running })
		})
	}
}

func TestASecondReaderOfAPipedCommandDoesNotEndIt(t *testing.T) {
	pid := startPiped(t, &guestv1.StartRequest{Command: shell("echo y; read line; echo $line")})
	stream := must[*connect.ServerStreamForClient[guestv1.AttachResponse]](t)(agent.Attach(deadline(t), ask(&guestv1.AttachRequest{Pid: pid})))
	defer stream.Close()
	for stream.Receive() && !bytes.Contains(stream.Msg().GetOutput().GetData(), []byte("y")) {
	}
	follow(t, &guestv1.AttachRequest{Pid: pid, NewOutputOnly: true}, func(*attached) bool { return true })
	must[*connect.Response[guestv1.WriteStdinResponse]](t)(agent.WriteStdin(deadline(t), ask(&guestv1.WriteStdinRequest{Pid: pid, Data: []byte("still here\n")})))
	var output bytes.Buffer
	for stream.Receive() {
		output.Write(stream.Msg().GetOutput().GetData())
	}
	if output.String() != "still here\n" {
		t.Fatalf("%q, %v", output.String(), stream.Err())
	}
}

// pipe is the stdin and stdout of a command as a connection.
type pipe struct {
	t    *testing.T
	pid  uint32
	data chan []byte
	rest []byte
}

func (p *pipe) Read(buffer []byte) (int, error) {
	if len(p.rest) == 0 {
		p.rest = <-p.data
	}
	n := copy(buffer, p.rest)
	p.rest = p.rest[n:]
	if n == 0 {
		return 0, os.ErrClosed
	}
	return n, nil
}

func (p *pipe) Write(data []byte) (int, error) {
	_, err := agent.WriteStdin(deadline(p.t), ask(&guestv1.WriteStdinRequest{Pid: p.pid, Data: data}))
	return len(data), err
}

func (p *pipe) Close() error {
	_, err := agent.WriteStdin(deadline(p.t), ask(&guestv1.WriteStdinRequest{Pid: p.pid, Close: true}))
	return err
}

func TestFilesOverSFTPWithTheRightsOfTheAccount(t *testing.T) {
	folder := t.TempDir()
	for _, path := range []string{folder, filepath.Dir(folder)} {
		must[any](t)(nil, os.Chmod(path, 0o777))
	}
	secret := filepath.Join(folder, "secret")
	must[any](t)(nil, os.WriteFile(secret, []byte("root"), 0o600))
	// As the agent's, this program's own file can be read by every account.
	own := must[string](t)(os.Executable())
	for _, path := range []string{filepath.Dir(own), filepath.Dir(filepath.Dir(own))} {
		if info := must[os.FileInfo](t)(os.Stat(path)); info.Mode().Perm()&0o005 == 0 {
			must[any](t)(nil, os.Chmod(path, info.Mode().Perm()|0o055))
		}
	}
	pid := startPiped(t, &guestv1.StartRequest{Sftp: true, Command: &guestv1.Command{User: "nobody", Cwd: folder}})
	connection := &pipe{t: t, pid: pid, data: make(chan []byte, 64)}
	stream := must[*connect.ServerStreamForClient[guestv1.AttachResponse]](t)(agent.Attach(deadline(t), ask(&guestv1.AttachRequest{Pid: pid})))
	defer stream.Close()
	go func() {
		for stream.Receive() {
			if output := stream.Msg().GetOutput(); output.GetStream() == guestv1.Stream_STREAM_STDOUT {
				connection.data <- output.GetData()
			}
		}
		close(connection.data)
	}()
	client := must[*sftpclient.Client](t)(sftpclient.NewClientPipe(connection, connection))
	if _, err := client.Open("secret"); !os.IsPermission(err) {
		t.Fatalf("a file of root's: %v", err)
	}
	file := must[*sftpclient.File](t)(client.OpenFile("mine", os.O_CREATE|os.O_WRONLY))
	must[int](t)(file.Write([]byte("hello")))
	must[any](t)(nil, file.Chmod(0o750))
	must[any](t)(nil, file.Close())
	must[any](t)(nil, client.Rename("mine", "yours"))
	must[any](t)(nil, client.Symlink("yours", "link"))
	if target := must[string](t)(client.ReadLink("link")); target != "yours" {
		t.Fatalf("the link leads to %q", target)
	}
	info := must[os.FileInfo](t)(os.Stat(filepath.Join(folder, "yours")))
	if content := must[[]byte](t)(os.ReadFile(filepath.Join(folder, "yours"))); string(content) != "hello" || info.Mode().Perm() != 0o750 {
		t.Fatalf("%q %v", content, info.Mode())
	}
	client.Close()
	eventually(t, "the server ends with its client", func() bool { return !listed(t, pid).Running })
}
