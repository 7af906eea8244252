// Package control speaks with the host that started the program: lines of JSON both ways.
package control

import (
	"bufio"
	"encoding/json"
	"io"
	"sync"
)

// Target is what a guest wants to reach, and under which name.
type Target struct {
	Guest   string `json:"guest"`
	Address string `json:"address"`
	Port    int    `json:"port"`
	Name    string `json:"name"`
}

// Refusal is a connection or packet of a guest that was not let through.
type Refusal struct {
	Target
	// "tcp", "udp", "icmp" or "other".
	Protocol string `json:"protocol"`
	Reason   string `json:"reason"`
}

// Host is the other side.
type Host struct {
	in      *bufio.Scanner
	writing sync.Mutex
	out     *json.Encoder
	waiting sync.Mutex
	next    uint64
	asked   map[uint64]chan bool
}

const longestLine = 64 * 1024

// New speaks over a pair of pipes.
func New(in io.Reader, out io.Writer) *Host {
	scanner := bufio.NewScanner(in)
	scanner.Buffer(nil, longestLine)
	return &Host{in: scanner, out: json.NewEncoder(out), asked: map[uint64]chan bool{}}
}

// A full pipe lets the sender wait, and so the guests.
func (host *Host) say(message any) {
	host.writing.Lock()
	defer host.writing.Unlock()
	// Once the host is gone, reading ends the program.
	_ = host.out.Encode(message)
}

// Ready says on which ports it listens, and why there is no log of dropped packets, if so.
func (host *Host) Ready(tlsPort, httpPort int, logFailure string) {
	host.say(struct {
		Event      string `json:"event"`
		TLSPort    int    `json:"tls_port"`
		HTTPPort   int    `json:"http_port"`
		LogFailure string `json:"log_failure"`
	}{"ready", tlsPort, httpPort, logFailure})
}

// Refused reports a refusal.
func (host *Host) Refused(refusal Refusal) {
	host.say(struct {
		Event string `json:"event"`
		Refusal
	}{"refused", refusal})
}

// Allows asks whether a guest may reach a target; `open` tells that it does already.
func (host *Host) Allows(target Target, open bool) bool {
	answer := make(chan bool, 1)
	host.waiting.Lock()
	host.next++
	id := host.next
	host.asked[id] = answer
	host.waiting.Unlock()
	host.say(struct {
		Event string `json:"event"`
		ID    uint64 `json:"id"`
		Open  bool   `json:"open"`
		Target
	}{"ask", id, open, target})
	return <-answer
}

type order struct {
	// Answer to a question.
	Answer uint64 `json:"answer"`
	Allow  bool   `json:"allow"`
	// Guest whose connections are to be asked about again, and the number to answer with.
	Recheck string `json:"recheck"`
	ID      uint64 `json:"id"`
}

// Serve takes what the host says until it is gone.
func (host *Host) Serve(recheck func(guest string)) error {
	for host.in.Scan() {
		var said order
		if err := json.Unmarshal(host.in.Bytes(), &said); err != nil {
			return err
		}
		if said.Recheck == "" {
			host.answer(said.Answer, said.Allow)
			continue
		}
		// The answers to its questions come in here.
		go func() {
			recheck(said.Recheck)
			host.say(struct {
				Event string `json:"event"`
				ID    uint64 `json:"id"`
			}{"rechecked", said.ID})
		}()
	}
	return host.in.Err()
}

func (host *Host) answer(id uint64, allow bool) {
	host.waiting.Lock()
	answer := host.asked[id]
	delete(host.asked, id)
	host.waiting.Unlock()
	if answer != nil {
		answer <- allow
	}
}
