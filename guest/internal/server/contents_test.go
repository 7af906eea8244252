package server

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"google.golang.org/protobuf/proto"

	"nullspace.dev/guest/gen/guestv1"
)

func contents(t *testing.T, method, query string, body io.Reader) *http.Response {
	t.Helper()
	request := must[*http.Request](t)(http.NewRequestWithContext(deadline(t), method, served.URL+contentsPath+"?"+query, body))
	response := must[*http.Response](t)(withToken{}.RoundTrip(request))
	t.Cleanup(func() { response.Body.Close() })
	return response
}

// codeOf is the code in the detail of a refusal.
func codeOf(t *testing.T, response *http.Response) string {
	t.Helper()
	var refusal struct {
		Details []struct{ Debug struct{ Code string } }
	}
	body := must[[]byte](t)(io.ReadAll(response.Body))
	if err := json.Unmarshal(body, &refusal); err != nil || len(refusal.Details) != 1 {
		t.Fatalf("HTTP %d %s", response.StatusCode, body)
	}
	return refusal.Details[0].Debug.Code
}

func TestContentsAreReplacedAndReadInParts(t *testing.T) {
	path := t.TempDir() + "/a/file"
	content := bytes.Repeat([]byte("0123456789"), 100_000)
	// A reader whose length nobody knows is sent in chunks.
	for _, body := range []io.Reader{bytes.NewReader(content), io.MultiReader(bytes.NewReader(content))} {
		response := contents(t, http.MethodPut, "path="+path, body)
		answer := &guestv1.WriteFileResponse{}
		if err := proto.Unmarshal(must[[]byte](t)(io.ReadAll(response.Body)), answer); err != nil {
			t.Fatal(err)
		}
		if answer.Info.Path != path || answer.Info.Size != uint64(len(content)) {
			t.Fatalf("got %v", answer.Info)
		}
	}
	for query, want := range map[string][]byte{
		"":                           content,
		"&offset=999995":             content[999_995:],
		"&offset=3&max_bytes=300000": content[3:300_003],
		"&max_bytes=2000000":         content,
		"&offset=2000000":            {},
	} {
		response := contents(t, http.MethodGet, "path="+path+query, nil)
		got := must[[]byte](t)(io.ReadAll(response.Body))
		if !bytes.Equal(got, want) || response.ContentLength != int64(len(want)) {
			t.Errorf("%q: %d bytes, announced %d", query, len(got), response.ContentLength)
		}
	}
}

func TestContentsWithoutASizeAreReadToTheirEnd(t *testing.T) {
	response := contents(t, http.MethodGet, "path=/proc/self/status", nil)
	if got := must[[]byte](t)(io.ReadAll(response.Body)); !strings.Contains(string(got), "Pid:") {
		t.Fatalf("got %q", got)
	}
}

func TestContentsAreRefusedWithCodes(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(folder+"/there", []byte("old"), 0o600)
	for _, c := range []struct{ method, query, want string }{
		{http.MethodGet, "path=" + folder + "/missing", "file_not_found"},
		{http.MethodGet, "path=" + folder, "is_a_directory"},
		{http.MethodGet, "path=" + folder + "/there&user=nobody", "permission_denied"},
		{http.MethodGet, "path=", "invalid_path"},
		{http.MethodPut, "path=" + folder + "/there&must_not_exist=true", "target_exists"},
		{http.MethodPut, "path=" + folder + "/there&user=nobody", "permission_denied"},
		{http.MethodPut, "path=" + folder + "/there/below", "not_a_directory"},
		{http.MethodPut, "path=/workspace/.nullspace/x", "invalid_path"},
		{http.MethodPut, "path=/x&user=" + url.QueryEscape("no one"), "unknown_user"},
	} {
		if got := codeOf(t, contents(t, c.method, c.query, strings.NewReader("new"))); got != c.want {
			t.Errorf("%s %s: %s", c.method, c.query, got)
		}
	}
	for _, query := range []string{"path=/x&offset=-1", "path=/x&max_bytes=many", "path=%zz"} {
		if response := contents(t, http.MethodGet, query, nil); response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: HTTP %d", query, response.StatusCode)
		}
	}
	if response := contents(t, http.MethodDelete, "path="+folder+"/there", nil); response.StatusCode != http.StatusNotImplemented {
		t.Errorf("DELETE: HTTP %d", response.StatusCode)
	}
	if got := must[[]byte](t)(os.ReadFile(folder + "/there")); string(got) != "old" {
		t.Errorf("the file holds %q", got)
	}
	if response := must[*http.Response](t)(http.Get(served.URL + contentsPath + "?path=/etc/passwd")); response.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a token: HTTP %d", response.StatusCode)
	}
}

func TestLargeContentsArriveWhole(t *testing.T) {
	path := t.TempDir() + "/large"
	content := make([]byte, 3*largeBody+12_345)
	rand.Read(content)
	response := contents(t, http.MethodPut, "path="+path, bytes.NewReader(content))
	answer := &guestv1.WriteFileResponse{}
	if err := proto.Unmarshal(must[[]byte](t)(io.ReadAll(response.Body)), answer); err != nil || answer.Info.Size != uint64(len(content)) {
		t.Fatalf("got %v %v", answer.Info, err)
	}
	if !bytes.Equal(must[[]byte](t)(os.ReadFile(path)), content) {
		t.Fatal("other bytes were written")
	}
}

func TestLargeContentsAreRefusedWithCodes(t *testing.T) {
	for query, want := range map[string]string{"path=" + t.TempDir() + "&user=": "is_a_directory", "path=/dev/full": "invalid_path"} {
		if got := codeOf(t, contents(t, http.MethodPut, query, bytes.NewReader(make([]byte, largeBody)))); got != want {
			t.Errorf("%s: %s", query, got)
		}
	}
	// What goes wrong in the middle is told to a caller that still sends.
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 2 << 20, Max: unix.RLIM_INFINITY}); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(unix.SIGXFSZ)
	defer unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY})
	folder := t.TempDir()
	response := contents(t, http.MethodPut, "path="+folder+"/full", bytes.NewReader(make([]byte, 8*largeBody)))
	if refusal := string(must[[]byte](t)(io.ReadAll(response.Body))); response.StatusCode < 400 || !strings.Contains(refusal, "file too large") {
		t.Errorf("HTTP %d %s", response.StatusCode, refusal)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 0 {
		t.Errorf("it left %v", entries)
	}
}

func TestContentsThatBreakOffLeaveTheOldFile(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(folder+"/file", []byte("old"), 0o600)
	for _, length := range []int64{-1, 1 << 20, 2 * largeBody} {
		reader, writer := io.Pipe()
		request := must[*http.Request](t)(http.NewRequestWithContext(deadline(t), http.MethodPut, served.URL+contentsPath+"?path="+folder+"/file", reader))
		request.ContentLength = length
		sent := make(chan error, 1)
		go func() {
			_, err := withToken{}.RoundTrip(request)
			sent <- err
		}()
		writer.Write([]byte("new"))
		eventually(t, "it is staged", func() bool { entries, _ := os.ReadDir(folder); return len(entries) == 2 })
		writer.CloseWithError(io.ErrNoProgress)
		if err := <-sent; err == nil {
			t.Error("a broken upload was answered")
		}
		eventually(t, "nothing is staged", func() bool { entries, _ := os.ReadDir(folder); return len(entries) == 1 })
		if got := must[[]byte](t)(os.ReadFile(folder + "/file")); string(got) != "old" {
			t.Errorf("length %d: the file holds %q", length, got)
		}
	}
}

func TestFreezeEndsTransfersOfContents(t *testing.T) {
	folder := t.TempDir()
	size := int64(64 << 20)
	if err := os.Truncate(must[*os.File](t)(os.Create(folder+"/large")).Name(), size); err != nil {
		t.Fatal(err)
	}
	// Nobody reads it on, so that the agent waits in the middle.
	down := contents(t, http.MethodGet, "path="+folder+"/large", nil)
	reader, writer := io.Pipe()
	defer writer.Close()
	largeReader, largeWriter := io.Pipe()
	defer largeWriter.Close()
	up := make(chan *http.Response, 2)
	for name, upload := range map[string]struct {
		body   io.Reader
		length int64
	}{"new": {reader, -1}, "large": {largeReader, 2 * largeBody}} {
		go func() {
			request, _ := http.NewRequest(http.MethodPut, served.URL+contentsPath+"?path="+folder+"/"+name+".up", upload.body)
			request.ContentLength = upload.length
			response, _ := withToken{}.RoundTrip(request)
			up <- response
		}()
	}
	writer.Write([]byte("new"))
	largeWriter.Write([]byte("new"))
	eventually(t, "both are staged", func() bool { entries, _ := os.ReadDir(folder); return len(entries) == 3 })
	freeze(t)
	for range 2 {
		if response := <-up; response == nil || codeOf(t, response) != "sandbox_paused" {
			t.Errorf("the upload was answered with %v", response)
		}
	}
	if n, err := io.Copy(io.Discard, down.Body); err == nil {
		t.Errorf("the download ended whole after %s bytes", strconv.FormatInt(n, 10))
	}
	if got := codeOf(t, contents(t, http.MethodGet, "path="+folder+"/large", nil)); got != "sandbox_paused" {
		t.Errorf("while frozen: %s", got)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("the upload left %v", entries)
	}
}
