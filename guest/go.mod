module nullspace.dev/guest

go 1.26.0

tool (
	connectrpc.com/connect/cmd/protoc-gen-connect-go
	google.golang.org/protobuf/cmd/protoc-gen-go
)

require (
	connectrpc.com/connect v1.21.1
	golang.org/x/sys v0.43.0
	google.golang.org/protobuf v1.36.12
)

require github.com/creack/pty v1.1.24
