package server

import (
	"bytes"
	"context"
	"encoding/binary"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/gen/guestv1/guestv1connect"
)

// decoded are calls that a fuzzer may make on the machine that runs it.
var decoded = []struct {
	procedure string
	streams   bool
	example   proto.Message
}{
	{guestv1connect.GuestServiceStatProcedure, false, &guestv1.StatRequest{Target: &guestv1.Target{Path: "/etc", User: "root"}}},
	{guestv1connect.GuestServiceReadOutputProcedure, false, &guestv1.ReadOutputRequest{Pid: 1}},
	{guestv1connect.GuestServiceResizeTerminalProcedure, false, &guestv1.ResizeTerminalRequest{Pid: 1, Terminal: &guestv1.Terminal{Columns: 80, Rows: 24}}},
	{guestv1connect.GuestServiceAttachProcedure, true, &guestv1.AttachRequest{Pid: 1, LastBytes: 9}},
	{guestv1connect.GuestServiceReadFileProcedure, true, &guestv1.ReadFileRequest{Target: &guestv1.Target{Path: "/etc/hostname"}, MaxBytes: 3}},
}

// FuzzDecoder sends whatever the fuzzer wrote as the body of a call: each gets an answer, none is the agent's fault.
func FuzzDecoder(f *testing.F) {
	handler := service.Handler()
	for i, call := range decoded {
		body, _ := proto.Marshal(call.example)
		if call.streams {
			body = append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(body))), body...)
		}
		f.Add(uint8(i), body)
		f.Add(uint8(i), append(bytes.Repeat([]byte{0xff}, 8), body...))
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		call := decoded[int(which)%len(decoded)]
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
		defer cancel()
		request := httptest.NewRequestWithContext(ctx, http.MethodPost, call.procedure, bytes.NewReader(body))
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Content-Type", "application/proto")
		if call.streams {
			request.Header.Set("Content-Type", "application/connect+proto")
		}
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		// A stream tells its errors after the headers, and the library of the protocol calls a broken envelope internal.
		if answer.Code >= http.StatusInternalServerError || ctx.Err() != nil {
			t.Fatalf("%s: %d %s", call.procedure, answer.Code, answer.Body)
		}
	})
}
