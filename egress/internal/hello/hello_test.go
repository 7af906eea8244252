package hello

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"
)

// What a real client sends first.
func helloOf(t *testing.T, config *tls.Config) []byte {
	t.Helper()
	near, far := net.Pipe()
	config.InsecureSkipVerify = true
	go func() {
		_ = tls.Client(near, config).Handshake()
	}()
	header := make([]byte, 5)
	if _, err := io.ReadFull(far, header); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, binary.BigEndian.Uint16(header[3:]))
	if _, err := io.ReadFull(far, body); err != nil {
		t.Fatal(err)
	}
	_ = far.Close()
	_ = near.Close()
	return append(header, body...)
}

func TestReadsTheServerName(t *testing.T) {
	sent := helloOf(t, &tls.Config{ServerName: "api.example.com"})
	said, err := Read(bytes.NewReader(append(sent, "early"...)))
	if err != nil || said.Name != "api.example.com" || said.Encrypted {
		t.Fatalf("read %+v, %v", said, err)
	}
	if !bytes.HasPrefix(said.Bytes, sent) {
		t.Fatal("the hello is not kept as it came")
	}
}

func TestReadsAHelloInPieces(t *testing.T) {
	sent := helloOf(t, &tls.Config{ServerName: "api.example.com"})
	// As records of few bytes, each coming on its own.
	var pieces bytes.Buffer
	for body := sent[5:]; len(body) > 0; {
		count := min(7, len(body))
		pieces.Write([]byte{22, 3, 1, 0, byte(count)})
		pieces.Write(body[:count])
		body = body[count:]
	}
	said, err := Read(oneByte{&pieces})
	if err != nil || said.Name != "api.example.com" {
		t.Fatalf("read %+v, %v", said, err)
	}
}

func TestFindsNoNameWhereThereIsNone(t *testing.T) {
	said, err := Read(bytes.NewReader(helloOf(t, &tls.Config{})))
	if err != nil || said.Name != "" {
		t.Fatalf("read %+v, %v", said, err)
	}
}

func TestSeesAnEncryptedHello(t *testing.T) {
	sent := helloOf(t, &tls.Config{ServerName: "api.example.com"})
	said, err := Read(bytes.NewReader(withExtension(sent, encryptedHello, outerHello)))
	if err != nil || !said.Encrypted || said.Name != "api.example.com" {
		t.Fatalf("read %+v, %v", said, err)
	}
}

func TestRefusesWhatIsNoHello(t *testing.T) {
	sent := helloOf(t, &tls.Config{ServerName: "api.example.com"})
	for what, bad := range map[string][]byte{
		"nothing":       {},
		"text":          []byte("GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n"),
		"a cut hello":   sent[:len(sent)/2],
		"an SSL 2 one":  {0x80, 0x2e, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10},
		"endless":       bytes.Repeat([]byte{22, 3, 1, 0x40, 0}, 1<<16),
		"two names":     withExtension(sent, 0, []byte{0, 6, 0, 0, 3, 'a', '.', 'b'}),
		"a bad length":  withExtension(sent, 0, []byte{0xff, 0xff, 0, 0, 3}),
		"a long record": append([]byte{22, 3, 1, 0xff, 0xff}, make([]byte, 1<<16)...),
	} {
		said, err := Read(bytes.NewReader(bad))
		if err == nil && said.Name != "" {
			t.Errorf("%s: read the name %q", what, said.Name)
		}
		if len(said.Bytes) > mostBytes {
			t.Errorf("%s: kept %d bytes", what, len(said.Bytes))
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(strings.Repeat("\x16\x03\x01\x00\x02\x01\x00", 3)))
	f.Fuzz(func(t *testing.T, sent []byte) {
		said, _ := Read(bytes.NewReader(sent))
		if !bytes.HasPrefix(sent, said.Bytes) {
			t.Fatal("what was read is not what was sent")
		}
	})
}

// An outer hello: HKDF-SHA256 and AES-128-GCM, config 0, and keys and ciphertext of nothing in particular.
var outerHello = append([]byte{0, 0, 1, 0, 1, 0, 0, 4, 1, 2, 3, 4, 0, 32}, make([]byte, 32)...)

// A hello of one record with one extension more at its end.
func withExtension(sent []byte, id uint16, data []byte) []byte {
	extension := binary.BigEndian.AppendUint16(nil, id)
	extension = binary.BigEndian.AppendUint16(extension, uint16(len(data)))
	changed := append(append(bytes.Clone(sent), extension...), data...)
	grow := func(at int) {
		binary.BigEndian.PutUint16(changed[at:], binary.BigEndian.Uint16(changed[at:])+uint16(4+len(data)))
	}
	grow(3)
	grow(7)
	// Behind version and random: session id, cipher suites, compression methods.
	at := 9 + 2 + 32
	at += 1 + int(changed[at])
	at += 2 + int(binary.BigEndian.Uint16(changed[at:]))
	at += 1 + int(changed[at])
	grow(at)
	return changed
}

type oneByte struct{ source io.Reader }

func (one oneByte) Read(buffer []byte) (int, error) {
	return one.source.Read(buffer[:min(1, len(buffer))])
}
