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
