package watch

import (
	"strings"
	"sync"
)

// tree knows the watched folders by the number that the kernel gave each.
type tree struct {
	mu    sync.Mutex
	names map[int]string
	ids   map[string]int
	// dropped is set once the watch is over.
	dropped bool
}

func newTree() *tree { return &tree{names: map[int]string{}, ids: map[string]int{}} }

func (t *tree) size() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.names)
}

// put returns false for a folder that is watched already, under whatever name.
func (t *tree) put(id int, name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dropped {
		return false
	}
	old, known := t.names[id]
	if known {
		delete(t.ids, old)
	}
	t.names[id], t.ids[name] = name, id
	return !known
}

func (t *tree) name(id int) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	name, known := t.names[id]
	return name, known
}

func (t *tree) forget(id int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	name, known := t.names[id]
	if known && t.ids[name] == id {
		delete(t.ids, name)
	}
	delete(t.names, id)
	return known
}

// move renames a folder and all below it.
func (t *tree) move(from, to string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, name := range t.names {
		if isAtOrBelow(name, from) {
			delete(t.ids, name)
			t.names[id] = to + strings.TrimPrefix(name, from)
		}
	}
	for id, name := range t.names {
		if isAtOrBelow(name, to) {
			t.ids[name] = id
		}
	}
}

// below lists the folders at and below a name.
func (t *tree) below(name string) (ids []int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, known := range t.names {
		if isAtOrBelow(known, name) {
			ids = append(ids, id)
		}
	}
	return ids
}

// drop empties the tree and returns how many it held.
func (t *tree) drop() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	count := len(t.names)
	t.names, t.ids, t.dropped = map[int]string{}, map[string]int{}, true
	return count
}

func isAtOrBelow(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}
