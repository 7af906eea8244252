package server

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"nullspace.dev/guest/gen/guestv1"
)

type batchFile struct {
	target  *guestv1.Target
	mode    uint32
	content []string
}

func writeBatch(t testing.TB, list ...batchFile) ([]*guestv1.WriteFilesResult, error) {
	t.Helper()
	stream := agent.WriteFiles(deadline(t))
	for _, file := range list {
		stream.Send(&guestv1.WriteFilesRequest{Message: &guestv1.WriteFilesRequest_File{File: &guestv1.WriteFilesFile{Target: file.target, Mode: file.mode}}})
		for _, piece := range file.content {
			stream.Send(&guestv1.WriteFilesRequest{Message: &guestv1.WriteFilesRequest_Data{Data: []byte(piece)}})
		}
	}
	response, err := stream.CloseAndReceive()
	if err != nil {
		return nil, err
	}
	return response.Msg.Results, nil
}

func TestABatchWritesEachFileOnItsOwn(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(folder+"/old", []byte("old"), 0o640)
	os.Chmod(folder+"/old", 0o640)
	os.Symlink("old", folder+"/link")
	os.Symlink("/workspace/.nullspace/x", folder+"/reserved")
	list := []batchFile{
		{at(folder + "/new/deep/a"), 0, []string{"a", "", "b"}}, {at(folder + "/new/deep/b"), 0o755, nil},
		{at(folder + "/new/deep"), 0, []string{"not over a folder"}}, {at(folder + "/new/deep/c"), 0, []string{"c"}},
		{at(folder + "/old"), 0, []string{"new"}}, {at(folder + "/link"), 0, []string{"newer"}}, {at(folder + "/reserved"), 0, []string{"x"}},
		{atAs(folder+"/x", "no-one-here"), 0, []string{"x"}}, {at(folder + "/last"), 0o17777, []string{"x"}}, {at(folder + "/last"), 0, []string{"1"}}, {at(folder + "/last"), 0, []string{"2"}},
	}
	results := must[[]*guestv1.WriteFilesResult](t)(writeBatch(t, list...))
	want := []string{folder + "/new/deep/a 0644", folder + "/new/deep/b 0755", "is_a_directory", folder + "/new/deep/c 0644",
		folder + "/old 0640", folder + "/link 0640", "invalid_path", "unknown_user", "invalid_argument", folder + "/last 0644", folder + "/last 0644"}
	for i, result := range results {
		got := result.GetFailure().GetDetail().GetCode()
		if info := result.GetInfo(); info != nil {
			got = info.Path + " " + info.Permissions
		}
		if got != want[i] {
			t.Errorf("%d: got %q, expected %q: %v", i, got, want[i], result)
		}
	}
	for path, content := range map[string]string{"new/deep/a": "ab", "new/deep/b": "", "new/deep/c": "c", "old": "newer", "last": "2"} {
		if got, err := os.ReadFile(folder + "/" + path); string(got) != content || err != nil {
			t.Errorf("%s: %q %v", path, got, err)
		}
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 5 || len(results) != len(want) {
		t.Fatalf("%d entries, %d results", len(entries), len(results))
	}
}

func TestABatchBeginsWithAFile(t *testing.T) {
	stream := agent.WriteFiles(deadline(t))
	stream.Send(&guestv1.WriteFilesRequest{Message: &guestv1.WriteFilesRequest_Data{Data: []byte("x")}})
	if _, err := stream.CloseAndReceive(); code(t, err) != "invalid_argument" {
		t.Fatal(err)
	}
	if results := must[[]*guestv1.WriteFilesResult](t)(writeBatch(t)); len(results) != 0 {
		t.Fatal(results)
	}
}

func TestTheFoldersOfABatchKeepTheAccountOut(t *testing.T) {
	folder := must[string](t)(os.MkdirTemp("/tmp", "batch-"))
	t.Cleanup(func() { os.RemoveAll(folder) })
	os.Chmod(folder, 0o755)
	results := must[[]*guestv1.WriteFilesResult](t)(writeBatch(t, batchFile{at(folder + "/by-root"), 0, nil}, batchFile{atAs(folder+"/by-nobody", "nobody"), 0, nil}))
	if results[0].GetInfo().GetOwner() != "root" || results[1].GetFailure().GetDetail().GetCode() != "permission_denied" {
		t.Fatal(results)
	}
}

func TestOnlyOneWritesAFileThatMustNotExist(t *testing.T) {
	folder := t.TempDir()
	once := func(path, content string) error {
		stream := agent.WriteFile(deadline(t))
		stream.Send(&guestv1.WriteFileRequest{Target: at(path), MustNotExist: true, Data: []byte(content)})
		_, err := stream.CloseAndReceive()
		return err
	}
	var group sync.WaitGroup
	errors := make([]error, 8)
	for i := range errors {
		group.Go(func() { errors[i] = once(folder+"/file", fmt.Sprint(i)) })
	}
	group.Wait()
	won := 0
	for i, err := range errors {
		if err == nil {
			won++
			if content, _ := os.ReadFile(folder + "/file"); string(content) != fmt.Sprint(i) {
				t.Errorf("%q is not what %d wrote", content, i)
			}
		} else if code(t, err) != "target_exists" {
			t.Error(err)
		}
	}
	os.Symlink("nowhere", folder+"/link")
	if err := once(folder+"/link", "x"); won != 1 || code(t, err) != "target_exists" {
		t.Fatalf("%d won, %v", won, err)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 2 {
		t.Fatalf("%d entries", len(entries))
	}
	if err := once(folder+"/"+strings.Repeat("x", 256), ""); code(t, err) != "invalid_path" {
		t.Fatal(err)
	}
}
