package server

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

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

func TestContentsThatBreakOffLeaveTheOldFile(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(folder+"/file", []byte("old"), 0o600)
	for _, length := range []int64{-1, 1 << 20} {
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
	up := make(chan *http.Response, 1)
	go func() {
		request, _ := http.NewRequest(http.MethodPut, served.URL+contentsPath+"?path="+folder+"/new", reader)
		response, _ := withToken{}.RoundTrip(request)
		up <- response
	}()
	writer.Write([]byte("new"))
	eventually(t, "it is staged", func() bool { entries, _ := os.ReadDir(folder); return len(entries) == 2 })
	freeze(t)
	if response := <-up; response == nil || codeOf(t, response) != "sandbox_paused" {
		t.Errorf("the upload was answered with %v", response)
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
