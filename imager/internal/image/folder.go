package image

import (
	"encoding/binary"
	"sort"

	"nullspace.dev/imager/internal/tree"
)

var fileTypes = map[uint16]byte{
	tree.TypeRegular: 1, tree.TypeDir: 2, tree.TypeChar: 3, tree.TypeBlock: 4,
	tree.TypeFifo: 5, tree.TypeSocket: 6, tree.TypeLink: 7,
}

// entryNames are the names of a folder as they are stored: with "." and "..", in the order of their bytes.
func entryNames(dir *tree.Node) []string {
	names := append(dir.Names(), ".", "..")
	sort.Strings(names)
	return names
}

// fitting is how many of the names fit into one block, and the bytes that they take of it.
func fitting(names []string) (count, size int) {
	for count < len(names) && size+direntSize+len(names[count]) <= blockSize {
		size += direntSize + len(names[count])
		count++
	}
	return count, size
}

func dirSize(dir *tree.Node) uint64 {
	size := 0
	for names := entryNames(dir); len(names) > 0; {
		count, last := fitting(names)
		names = names[count:]
		if len(names) > 0 {
			last = blockSize
		}
		size += last
	}
	return uint64(size)
}

// encodeDir makes the blocks of a folder: entries of a fixed size, then their names.
func encodeDir(dir *inode, byNode map[*tree.Node]*inode) []byte {
	var data []byte
	for names := entryNames(dir.node); len(names) > 0; {
		count, size := fitting(names)
		block := make([]byte, size, blockSize)
		nameAt := count * direntSize
		for i, name := range names[:count] {
			entry := block[i*direntSize:]
			child := dir
			switch name {
			case ".":
			case "..":
				child = dir.parent
			default:
				child = byNode[dir.node.Child(name)]
			}
			binary.LittleEndian.PutUint64(entry, child.number)
			binary.LittleEndian.PutUint16(entry[8:], uint16(nameAt))
			entry[10] = fileTypes[child.node.Type()]
			nameAt += copy(block[nameAt:], name)
		}
		names = names[count:]
		if len(names) > 0 {
			block = block[:blockSize]
		}
		data = append(data, block...)
	}
	return data
}
