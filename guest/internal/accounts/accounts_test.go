package accounts

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestAccountsWithTheirGroups(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(folder+"/passwd", []byte("root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/home/user:\nbroken\nuser:x:5:5::/x:\nodd:x:-1:0::/:\nnowhere:x:7:7::relative:\n"), 0o644)
	os.WriteFile(folder+"/group", []byte("root:x:0:\nusers:x:1000:\nwheel:x:10:root,user\nvideo:x:44:user,user\n:x:3:\n"), 0o644)
	read := load(folder+"/passwd", folder+"/group")
	user, ok := read.find("user")
	if !ok || user.UID != 1000 || user.Home != "/home/user" || !slices.Equal(user.Groups, []uint32{10, 44, 1000}) {
		t.Fatalf("%+v", user)
	}
	if odd, ok := read.find("odd"); ok {
		t.Fatalf("%+v", odd)
	}
	if nowhere, _ := read.find("nowhere"); nowhere.Home != "/" {
		t.Fatalf("%+v", nowhere)
	}
	if read.UserName(1000) != "user" || read.UserName(77) != "77" || read.GroupName(10) != "wheel" {
		t.Fatal("names")
	}
}

func TestHostileAccountFiles(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(folder+"/huge", []byte(strings.Repeat("x", 3<<20)), 0o644)
	for _, path := range []string{folder + "/none", folder, folder + "/huge", "/dev/zero"} {
		if accounts := parsePasswd(path); len(accounts) != 0 {
			t.Fatalf("%s: %v", path, accounts)
		}
	}
}

func TestAccountsByNumberAndWithAGroup(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(folder+"/passwd", []byte("root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/home/user:\n"), 0o644)
	os.WriteFile(folder+"/group", []byte("staff:x:50:user\n"), 0o644)
	read := load(folder+"/passwd", folder+"/group")
	for name, want := range map[string]Account{
		"":           {UID: 0, GID: 0, Groups: []uint32{0}, Home: "/root"},
		"1000":       {UID: 1000, GID: 1000, Groups: []uint32{50, 1000}, Home: "/home/user"},
		"user:staff": {UID: 1000, GID: 50, Groups: []uint32{50}, Home: "/home/user"},
		"user:7":     {UID: 1000, GID: 7, Groups: []uint32{7}, Home: "/home/user"},
		"65532":      {UID: 65532, GID: 0, Groups: []uint32{0}, Home: "/"},
		"4:4":        {UID: 4, GID: 4, Groups: []uint32{4}, Home: "/"},
	} {
		got, err := read.Find(name)
		if err != nil || got.UID != want.UID || got.GID != want.GID || got.Home != want.Home || !slices.Equal(got.Groups, want.Groups) {
			t.Errorf("%q: %+v %v", name, got, err)
		}
	}
	for _, name := range []string{"none", "user:none", "user:", "+5", "-1", "4294967295", "1.5", "user:staff:more"} {
		if got, err := read.Find(name); err == nil {
			t.Errorf("%q: %+v", name, got)
		}
	}
	if uid, gid, err := FindOwner("1000"); uid != 1000 || gid != 1000 || err != nil {
		t.Errorf("%d %d %v", uid, gid, err)
	}
}
