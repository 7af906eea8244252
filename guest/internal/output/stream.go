// Package output keeps what commands write and hands it to readers.
package output

// Stream tells stdout and stderr apart; the values are those of the protocol.
type Stream uint8

const (
	Stdout Stream = 1
	Stderr Stream = 2
)
