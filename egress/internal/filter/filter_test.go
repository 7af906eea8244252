package filter

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestEncode(t *testing.T) {
	mark := binary.NativeEndian.AppendUint32(nil, 0x01020304)
	for _, one := range []struct {
		element        Element
		key, end, data []byte
		timeout        time.Duration
	}{
		{Element{Set: "offline", Guest: "10.0.0.2"}, []byte{10, 0, 0, 2}, nil, nil, 0},
		{Element{Set: "denied", Guest: "10.0.0.2", Network: "1.2.3.4/32"}, []byte{10, 0, 0, 2, 1, 2, 3, 4}, []byte{10, 0, 0, 2, 1, 2, 3, 4}, nil, 0},
		{Element{Set: "allowed", Guest: "10.0.0.2", Network: "45.0.0.0/9"}, []byte{10, 0, 0, 2, 45, 0, 0, 0}, []byte{10, 0, 0, 2, 45, 127, 255, 255}, nil, 0},
		{Element{Set: "denied", Guest: "10.0.0.2", Network: "0.0.0.0/0"}, []byte{10, 0, 0, 2, 0, 0, 0, 0}, []byte{10, 0, 0, 2, 255, 255, 255, 255}, nil, 0},
		{Element{Set: "pinned", Guest: "10.0.0.2", Network: "1.2.3.4/32", Seconds: 60}, []byte{10, 0, 0, 2, 1, 2, 3, 4}, nil, nil, time.Minute},
		{Element{Set: "marked", Guest: "10.0.0.2", Mark: 0x01020304}, append([]byte{10, 0, 0, 2}, mark...), nil, nil, 0},
		{Element{Set: "marks", Guest: "10.0.0.2", Mark: 0x01020304}, []byte{10, 0, 0, 2}, nil, mark, 0},
	} {
		found, err := encode(one.element)
		if err != nil {
			t.Fatalf("%+v: %v", one.element, err)
		}
		if !bytes.Equal(found.Key, one.key) || !bytes.Equal(found.KeyEnd, one.end) || !bytes.Equal(found.Val, one.data) || found.Timeout != one.timeout {
			t.Errorf("%+v is %+v", one.element, found)
		}
	}
}

func TestGatherRefusesTheWholeOfWhatItDoesNotUnderstand(t *testing.T) {
	good := Element{Set: "denied", Guest: "10.0.0.2", Network: "1.2.3.4/32"}
	for _, bad := range []Element{
		{Set: "flows", Guest: "10.0.0.2"},
		{Set: "offline", Guest: "::1"},
		{Set: "offline"},
		{Set: "denied", Guest: "10.0.0.2"},
		{Set: "denied", Guest: "10.0.0.2", Network: "1.2.3.4/24"},
		{Set: "denied", Guest: "10.0.0.2", Network: "::/0"},
		{Set: "denied", Guest: "10.0.0.2", Network: "1.2.3.4"},
		{Set: "pinned", Guest: "10.0.0.2", Network: "1.2.3.0/24"},
	} {
		for _, change := range []Change{{Added: []Element{good, bad}}, {Removed: []Element{bad}, Added: []Element{good}}} {
			if batches, err := gather(change); err == nil {
				t.Errorf("%+v gave %+v", change, batches)
			}
		}
	}
}

func TestGatherRemovesBeforeItAdds(t *testing.T) {
	element := func(set, network string) Element { return Element{Set: set, Guest: "10.0.0.2", Network: network} }
	batches, err := gather(Change{
		Removed: []Element{element("denied", "1.0.0.0/8"), element("allowed", "2.0.0.0/8"), element("denied", "3.0.0.0/8")},
		Added:   []Element{element("denied", "1.2.0.0/16")},
	})
	if err != nil {
		t.Fatal(err)
	}
	counts := []int{}
	for _, batch := range batches {
		counts = append(counts, len(batch.elements))
	}
	if len(counts) != 3 || counts[0] != 2 || counts[1] != 1 || counts[2] != 1 || batches[2].set.Name != "denied" {
		t.Errorf("%v", counts)
	}
}

func TestServe(t *testing.T) {
	var applied []Change
	apply := func(change Change) error {
		applied = append(applied, change)
		if change.Table == "none" {
			return errors.New("no such table")
		}
		return nil
	}
	var out strings.Builder
	in := `{"id":1,"table":"some","added":[{"set":"offline","guest":"10.0.0.2"}]}
{"id":2,"table":"none"}
{"id":3,"table":"so`
	if err := Serve(strings.NewReader(in), &out, apply); err == nil {
		t.Error("what was cut off was taken")
	}
	if out.String() != "{\"id\":1}\n{\"id\":2,\"error\":\"no such table\"}\n" {
		t.Error(out.String())
	}
	if len(applied) != 2 || applied[0].Added[0].Guest != "10.0.0.2" {
		t.Errorf("%+v", applied)
	}
}
