// Package settings holds what commands and file calls inherit.
package settings

import (
	"maps"
	"sync/atomic"
)

// DefaultWorkingDirectory is used until another one is configured.
const DefaultWorkingDirectory = "/workspace"

// DefaultPath is the PATH of a template that sets none.
const DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Values are never changed: a new set replaces the old one.
type Values struct {
	ImageEnv         map[string]string
	Env              map[string]string
	WorkingDirectory string
	ProcessLimit     uint32
	MemoryLimitBytes uint64
	Configured       bool
}

// Store holds the current values.
type Store struct{ current atomic.Pointer[Values] }

// NewStore starts with the defaults.
func NewStore() *Store {
	store := &Store{}
	store.current.Store(&Values{WorkingDirectory: DefaultWorkingDirectory})
	return store
}

// Get returns the current values.
func (s *Store) Get() Values { return *s.current.Load() }

// Set replaces the values.
func (s *Store) Set(values Values) { s.current.Store(&values) }

// Identity is what the account of a command adds to its environment.
type Identity struct{ Name, Home string }

// Compose layers the environment of a command: defaults, image, account, configuration, request.
func (v Values) Compose(identity Identity, request map[string]string, extra ...string) []string {
	merged := make(map[string]string, 8+len(v.ImageEnv)+len(v.Env)+len(request))
	merged["PATH"] = DefaultPath
	maps.Copy(merged, v.ImageEnv)
	merged["HOME"], merged["USER"], merged["LOGNAME"] = identity.Home, identity.Name, identity.Name
	maps.Copy(merged, v.Env)
	maps.Copy(merged, request)
	list := make([]string, 0, len(merged)+len(extra))
	for name, value := range merged {
		list = append(list, name+"="+value)
	}
	return append(list, extra...)
}
