// Package report is what the program tells its caller: progress, the outcome, or a failure with a code.
package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"syscall"
	"time"
)

// Code of a failure, as the host's protocol names it.
type Code string

// All codes.
const (
	InvalidRequest = Code("invalid_request")
	Unauthorized   = Code("registry_unauthorized")
	Unreachable    = Code("registry_unreachable")
	NotInRegistry  = Code("image_not_in_registry")
	Unsupported    = Code("image_unsupported")
	TooLarge       = Code("image_too_large")
	ImportFailed   = Code("import_failed")
	DiskFull       = Code("disk_full")
)

// Failure is an error with a code and a sentence for people.
type Failure struct {
	Code    Code
	Message string
}

func (f *Failure) Error() string { return f.Message }

// Fail makes a Failure.
func Fail(code Code, format string, values ...any) error {
	return &Failure{Code: code, Message: fmt.Sprintf(format, values...)}
}

// Reporter writes one JSON object a line.
type Reporter struct {
	mu   sync.Mutex
	out  *json.Encoder
	last time.Time
}

// New reporter.
func New(out io.Writer) *Reporter { return &Reporter{out: json.NewEncoder(out)} }

const progressEvery = time.Second

// Progress of a phase. What comes too soon after the last is left out.
func (r *Reporter) Progress(phase, message string, done, total uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.last) < progressEvery {
		return
	}
	r.last = time.Now()
	_ = r.out.Encode(map[string]any{"event": "progress", "phase": phase, "message": message, "done_bytes": done, "total_bytes": total})
}

// Notice tells what people should know of an image that was made all the same.
func (r *Reporter) Notice(message string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.out.Encode(map[string]any{"event": "progress", "phase": "notice", "message": message, "done_bytes": 0, "total_bytes": 0})
}

// Resolved tells what a reference was found to be.
func (r *Reporter) Resolved(image any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.out.Encode(map[string]any{"event": "resolved", "image": image})
}

// Done tells the outcome.
func (r *Reporter) Done(outcome any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.out.Encode(map[string]any{"event": "done", "outcome": outcome})
}

// Failed tells an error.
func (r *Reporter) Failed(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	code, message := ImportFailed, err.Error()
	var failure *Failure
	switch {
	case errors.As(err, &failure):
		code, message = failure.Code, failure.Message
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		code, message = DiskFull, "the host's disk is full"
	case errors.Is(err, syscall.EFBIG):
		code, message = TooLarge, "the image is larger than this host allows"
	}
	_ = r.out.Encode(map[string]any{"event": "error", "code": code, "message": message})
}
