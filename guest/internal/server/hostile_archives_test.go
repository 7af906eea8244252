package server

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"nullspace.dev/guest/gen/guestv1"
)

// hostile archives and what they are refused with.
func hostile(t testing.TB) map[string]struct {
	data []byte
	code string
} {
	type refused = struct {
		data []byte
		code string
	}
	whole := tarOf(t, member{name: "file", content: strings.Repeat("x", 5000)})
	list := map[string]refused{
		"cut":          {whole[:1000], "archive_invalid"},
		"garbage":      {bytes.Repeat([]byte("garbage!"), 100), "archive_invalid"},
		"trailing":     {append(bytes.Clone(whole), make([]byte, 2<<20)...), "archive_invalid"},
		"absolute":     {tarOf(t, member{name: "/etc/x"}), "archive_invalid_path"},
		"parent":       {tarOf(t, member{name: "a/../../x"}), "archive_invalid_path"},
		"parent only":  {tarOf(t, member{name: "..", kind: tar.TypeDir}), "archive_invalid_path"},
		"dot file":     {tarOf(t, member{name: ".", kind: tar.TypeReg}), "archive_invalid_path"},
		"long part":    {tarOf(t, member{name: strings.Repeat("x", 256)}), "archive_invalid_path"},
		"long name":    {tarOf(t, member{name: strings.Repeat("xx/", 1366)}), "archive_invalid_path"},
		"deep":         {tarOf(t, member{name: strings.Repeat("x/", 300) + "f"}), "archive_invalid_path"},
		"twice":        {tarOf(t, member{name: "f"}, member{name: "f"}), "archive_invalid_path"},
		"behind link":  {tarOf(t, member{name: "d/"}, member{name: "l", link: "d"}, member{name: "l/f"}), "archive_invalid_path"},
		"over link":    {tarOf(t, member{name: "l", link: "d"}, member{name: "l"}), "archive_invalid_path"},
		"below file":   {tarOf(t, member{name: "f"}, member{name: "f/g"}), "archive_invalid_path"},
		"reserved":     {tarOf(t, member{name: ".nullspace/x"}), "archive_invalid_path"},
		"link out":     {tarOf(t, member{name: "a/l", link: "../../x"}), "archive_invalid_link"},
		"link to root": {tarOf(t, member{name: "l", link: "/etc"}), "archive_invalid_link"},
		"link chain":   {tarOf(t, member{name: "d/e/"}, member{name: "d/e/l", link: "../.."}, member{name: "m", link: "d/e/l/.."}), "archive_invalid_link"},
		"hard link":    {tarOf(t, member{name: "f"}, member{name: "h", link: "f", kind: tar.TypeLink}), "archive_unsupported_entry"},
		"device":       {tarOf(t, member{name: "n", kind: tar.TypeChar}), "archive_unsupported_entry"},
		"fifo":         {tarOf(t, member{name: "n", kind: tar.TypeFifo}), "archive_unsupported_entry"},
		"bytes":        {tarOf(t, member{name: "a", content: strings.Repeat("x", 6000)}, member{name: "b", content: strings.Repeat("x", 6000)}), "archive_too_large"},
		"entries":      {tarOf(t, make([]member, 0)...), ""},
	}
	many := make([]member, 0, 300)
	for i := range 300 {
		many = append(many, member{name: strconv.Itoa(i)})
	}
	list["entries"] = refused{tarOf(t, many...), "archive_too_large"}
	list["sparse"] = refused{sparse(), "archive_unsupported_entry"}
	return list
}

// sparse is a member that claims 8 GiB and holds nothing, in the old format of GNU tar.
func sparse() []byte {
	block := make([]byte, 512)
	copy(block, "bomb")
	copy(block[100:], "0000644\x00")
	copy(block[124:], "00000000000\x00")
	copy(block[136:], "00000000000\x00")
	block[156] = 'S'
	copy(block[257:], "ustar  \x00")
	copy(block[386:], "00000000000\x0000000000000\x00")
	copy(block[483:], "77777777777\x00")
	copy(block[148:], "        ")
	sum := 0
	for _, b := range block {
		sum += int(b)
	}
	copy(block[148:], fmt.Sprintf("%06o\x00 ", sum))
	return append(block, make([]byte, 1024)...)
}

func TestHostileArchivesLeaveNothing(t *testing.T) {
	os.MkdirAll("/workspace", 0o755)
	for name, refused := range hostile(t) {
		for _, conflict := range []guestv1.ArchiveConflict{mergeInto, replaceIt, refuseIt} {
			folder := t.TempDir()
			target := folder + "/above/target"
			if conflict != refuseIt {
				os.MkdirAll(target, 0o755)
				os.WriteFile(target+"/kept", []byte("old"), 0o644)
			}
			if name == "reserved" {
				target = "/workspace"
			}
			before := tree(t, folder)
			_, err := unpack(t, &guestv1.UnpackArchiveOptions{Target: at(target), Conflict: conflict, MaxBytes: 10_000, MaxEntries: 200}, refused.data)
			if name == "reserved" && conflict == refuseIt {
				refused.code = "target_exists"
			}
			if code(t, err) != refused.code {
				t.Errorf("%s: %v", name, err)
			}
			if after := tree(t, folder); after != before {
				t.Errorf("%s: %q became %q", name, before, after)
			}
		}
	}
}
