package server

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
)

// searched is a folder with what a search may stumble over.
func searched(t testing.TB) string {
	folder := t.TempDir()
	for path, content := range map[string]string{
		"a.txt": "one\ntwo\r\nthree one", "b/c.txt": "one", "b/binary": "one\x00one", "b/d.md": "nothing",
		"long": strings.Repeat("x", 300_000) + "one\nshort one\n" + strings.Repeat("one ", 3000),
	} {
		os.MkdirAll(folder+"/b", 0o755)
		os.WriteFile(folder+"/"+path, []byte(content), 0o644)
	}
	os.Symlink("..", folder+"/b/up")
	os.Symlink("/etc/passwd", folder+"/b/out.txt")
	syscall.Mkfifo(folder+"/pipe.txt", 0o644)
	syscall.Mknod(folder+"/zero.txt", syscall.S_IFCHR|0o666, 1<<8|5)
	return folder
}

func TestSearchByName(t *testing.T) {
	folder := searched(t)
	search := func(path, pattern string, most uint32) (string, bool, error) {
		response, err := agent.SearchFiles(deadline(t), ask(&guestv1.SearchFilesRequest{Target: at(path), Pattern: pattern, MaxResults: most}))
		if err != nil {
			return "", false, err
		}
		return strings.ReplaceAll(strings.Join(response.Msg.Paths, " "), path+"/", ""), response.Msg.Truncated, nil
	}
	if got, cut, err := search(folder, "*.txt", 0); got != "a.txt b/c.txt b/out.txt pipe.txt zero.txt" || cut || err != nil {
		t.Errorf("%q %v %v", got, cut, err)
	}
	if got, cut, err := search(folder, "[bz]*", 2); len(strings.Fields(got)) != 2 || !cut || err != nil {
		t.Errorf("%q %v %v", got, cut, err)
	}
	os.Symlink(folder+"/b", folder+"/way")
	if got, _, err := search(folder+"/way", "c.*", 0); got != "c.txt" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	for pattern, path := range map[string]string{"": folder, "[": folder, "a/b": folder, strings.Repeat("x", 4097): folder} {
		if _, _, err := search(path, pattern, 0); code(t, err) != "invalid_pattern" {
			t.Errorf("%.10q: %v", pattern, err)
		}
	}
	if _, _, err := search(folder+"/a.txt", "*", 0); code(t, err) != "not_a_directory" {
		t.Error(err)
	}
	if _, _, err := search(folder+"/none", "*", 0); code(t, err) != "file_not_found" {
		t.Error(err)
	}
}

func find(t testing.TB, path, pattern string, most uint32) (string, bool, error) {
	t.Helper()
	response, err := agent.FindText(deadline(t), ask(&guestv1.FindTextRequest{Target: at(path), Pattern: pattern, MaxMatches: most}))
	if err != nil {
		return "", false, err
	}
	var lines []string
	for _, match := range response.Msg.Matches {
		lines = append(lines, fmt.Sprintf("%s:%d:%.20s", strings.TrimPrefix(match.Path, path+"/"), match.Line, match.Content))
		if len(match.Content) > 4096 {
			t.Errorf("a match of %d bytes", len(match.Content))
		}
	}
	return strings.Join(lines, "\n"), response.Msg.Truncated, nil
}

func TestFindInContents(t *testing.T) {
	folder := searched(t)
	want := "a.txt:1:one\na.txt:3:three one\nb/c.txt:1:one\nlong:2:short one\nlong:3:one one one one one "
	if got, cut, err := find(t, folder, "o[n]e", 0); got != want || cut || err != nil {
		t.Errorf("%q %v %v", got, cut, err)
	}
	if got, cut, err := find(t, folder, "^two$", 0); got != "a.txt:2:two" || cut || err != nil {
		t.Errorf("%q %v %v", got, cut, err)
	}
	if got, cut, err := find(t, folder, "one", 2); len(strings.Split(got, "\n")) != 2 || !cut || err != nil {
		t.Errorf("%q %v %v", got, cut, err)
	}
	if got, _, err := find(t, folder+"/a.txt", "three", 0); !strings.HasSuffix(got, ":3:three one") || err != nil {
		t.Errorf("%q %v", got, err)
	}
	for path, want := range map[string]string{folder + "/pipe.txt": "invalid_path", folder + "/zero.txt": "invalid_path", "/proc/kmsg": "invalid_path", folder + "/none": "file_not_found"} {
		if _, _, err := find(t, path, "one", 0); code(t, err) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, pattern := range []string{"", "(", "(?=x)", strings.Repeat("x", 4097)} {
		if _, _, err := find(t, folder, pattern, 0); code(t, err) != "invalid_pattern" {
			t.Errorf("%.10q: %v", pattern, err)
		}
	}
	if got, _, err := find(t, "/proc", "MemTotal", 0); got != "" || err != nil {
		t.Errorf("%q %v", got, err)
	}
}

func replace(t testing.TB, pattern, replacement string, paths ...string) (uint64, error) {
	t.Helper()
	request := &guestv1.ReplaceTextRequest{Pattern: pattern, Replacement: replacement}
	for _, path := range paths {
		request.Targets = append(request.Targets, at(path))
	}
	response, err := agent.ReplaceText(deadline(t), ask(request))
	if err != nil {
		return 0, err
	}
	return response.Msg.Replacements, nil
}

func TestReplaceIsLiteralAndKeepsWhatTheFileIs(t *testing.T) {
	folder := t.TempDir()
	path := folder + "/script"
	content := strings.Repeat("y", 64<<10-3) + "a.*b" + strings.Repeat("a.*b", 20_000) + "axxb"
	os.WriteFile(path, []byte(content), 0o640)
	os.Chmod(path, 0o751)
	os.Chown(path, 12, 34)
	os.Symlink("script", folder+"/link")
	if count, err := replace(t, "a.*b", "<>", path, folder+"/link"); count != 20_001 || err != nil {
		t.Fatalf("%d %v", count, err)
	}
	found, _ := os.Stat(path)
	stat := found.Sys().(*syscall.Stat_t)
	got := string(must[[]byte](t)(os.ReadFile(path)))
	if got != strings.ReplaceAll(content, "a.*b", "<>") || found.Mode().Perm() != 0o751 || stat.Uid != 12 || stat.Gid != 34 {
		t.Fatalf("%d bytes, %v %d:%d", len(got), found.Mode(), stat.Uid, stat.Gid)
	}
	if link, err := os.Readlink(folder + "/link"); link != "script" {
		t.Fatalf("%v", err)
	}
	before, _ := os.Stat(path)
	if count, err := replace(t, "not there", "x", path); count != 0 || err != nil {
		t.Fatalf("%d %v", count, err)
	}
	if after, _ := os.Stat(path); !os.SameFile(before, after) {
		t.Fatal("a file without the pattern was written")
	}
}

func TestARefusedReplaceChangesNothing(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(folder+"/file", []byte("old"), 0o644)
	syscall.Mkfifo(folder+"/pipe", 0o644)
	for path, want := range map[string]string{folder + "/none": "file_not_found", folder: "is_a_directory", folder + "/pipe": "invalid_path", "": "invalid_path"} {
		if _, err := replace(t, "old", "new", folder+"/file", path); code(t, err) != want {
			t.Errorf("%q: %v", path, err)
		}
	}
	if _, err := replace(t, "", "new", folder+"/file"); code(t, err) != "invalid_pattern" {
		t.Error(err)
	}
	entries, _ := os.ReadDir(folder)
	if content, _ := os.ReadFile(folder + "/file"); string(content) != "old" || len(entries) != 2 {
		t.Fatalf("%q, %d entries", content, len(entries))
	}
}

func TestSearchesHaveTheRightsOfTheAccount(t *testing.T) {
	folder := must[string](t)(os.MkdirTemp("/tmp", "searched-"))
	t.Cleanup(func() { os.RemoveAll(folder) })
	os.Chmod(folder, 0o755)
	os.MkdirAll(folder+"/closed", 0o700)
	os.WriteFile(folder+"/closed/secret", []byte("word"), 0o644)
	os.WriteFile(folder+"/own-secret", []byte("word"), 0o600)
	os.WriteFile(folder+"/open", []byte("word"), 0o644)
	found := must[*connect.Response[guestv1.FindTextResponse]](t)(agent.FindText(deadline(t), ask(&guestv1.FindTextRequest{Target: atAs(folder, "nobody"), Pattern: "word"}))).Msg.Matches
	if len(found) != 1 || found[0].Path != folder+"/open" {
		t.Fatalf("%v", found)
	}
	names := must[*connect.Response[guestv1.SearchFilesResponse]](t)(agent.SearchFiles(deadline(t), ask(&guestv1.SearchFilesRequest{Target: atAs(folder, "nobody"), Pattern: "*secret"}))).Msg.Paths
	if len(names) != 1 || names[0] != folder+"/own-secret" {
		t.Fatalf("%v", names)
	}
	if _, err := agent.ReplaceText(deadline(t), ask(&guestv1.ReplaceTextRequest{Targets: []*guestv1.Target{atAs(folder+"/open", "nobody")}, Pattern: "word", Replacement: "x"})); code(t, err) != "permission_denied" {
		t.Fatal(err)
	}
}
