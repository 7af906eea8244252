// Package filter carries changes of the packet filter out that the host asks for: lines of JSON, one after another.
package filter

import (
	"bufio"
	"encoding/json"
	"io"
)

// The longest policy takes a tenth of it, and is there twice: what goes and what comes.
const longestLine = 4 << 20

// Answer is to a change with the same number. Without an error it is in force.
type Answer struct {
	ID    uint64 `json:"id"`
	Error string `json:"error,omitempty"`
}

// Serve applies each change that comes in and answers it, until there is none any more. What is not understood ends it.
func Serve(in io.Reader, out io.Writer, apply func(Change) error) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, longestLine)
	answers := json.NewEncoder(out)
	for lines.Scan() {
		var change Change
		if err := json.Unmarshal(lines.Bytes(), &change); err != nil {
			return err
		}
		answer := Answer{ID: change.ID}
		if err := apply(change); err != nil {
			answer.Error = err.Error()
		}
		if err := answers.Encode(answer); err != nil {
			return err
		}
	}
	return lines.Err()
}
