package image

import (
	"encoding/binary"

	"nullspace.dev/imager/internal/report"
	"nullspace.dev/imager/internal/tree"
)

const (
	magic            = 0xe0f5e1e2
	superblockOffset = 1024
	superblockSize   = 128
	inodeSize        = 64
	slotSize         = 32
	direntSize       = 12
	layoutPlain      = 0
	layoutInline     = 2
	formatExtended   = 1
	// What lies behind an inode may not cross the end of its block.
	largestInline = blockSize - inodeSize
	// The superblock names the root in 16 bits, and programs take the number 0 for none.
	rootNumber = 2
)

type inode struct {
	node   *tree.Node
	parent *inode
	// Number: position in the metadata in slots.
	number uint64
	links  uint32
	// Folders and links: their data, of which the last part may lie behind the inode.
	data   []byte
	size   uint64
	inline int
	block  uint32
}

// writeMetadata writes folders, links and inodes, and the superblock that leads to them.
func (w *Writer) writeMetadata(nodes []*tree.Node) error {
	inodes, byNode := number(nodes)
	for _, one := range inodes {
		if one.node.IsDir() {
			one.data = encodeDir(one, byNode)
		}
	}
	for _, one := range inodes {
		plain := one.data
		if one.inline > 0 {
			plain = one.data[:len(one.data)-one.inline]
		}
		if len(plain) == 0 {
			continue
		}
		one.block = uint32(w.at >> blockBits)
		if _, err := w.Write(plain); err != nil {
			return err
		}
		if err := w.align(); err != nil {
			return err
		}
	}
	metaBlock := w.at >> blockBits
	meta := encodeInodes(inodes)
	if _, err := w.Write(meta); err != nil {
		return err
	}
	if err := w.align(); err != nil {
		return err
	}
	if w.at>>blockBits > 1<<32-1 {
		return report.Fail(report.TooLarge, "the image has more blocks than the format can count")
	}
	if err := w.out.Flush(); err != nil {
		return err
	}
	_, err := w.file.WriteAt(superblock(uint32(w.at>>blockBits), uint32(metaBlock), uint64(len(inodes))), superblockOffset)
	return err
}

func superblock(blocks, metaBlock uint32, inodes uint64) []byte {
	b := make([]byte, superblockSize)
	binary.LittleEndian.PutUint32(b[0:], magic)
	b[12] = blockBits
	binary.LittleEndian.PutUint16(b[14:], rootNumber)
	binary.LittleEndian.PutUint64(b[16:], inodes)
	binary.LittleEndian.PutUint32(b[36:], blocks)
	binary.LittleEndian.PutUint32(b[40:], metaBlock)
	return b
}

// number gives every node its place in the metadata.
func number(nodes []*tree.Node) ([]*inode, map[*tree.Node]*inode) {
	inodes := make([]*inode, len(nodes))
	byNode := make(map[*tree.Node]*inode, len(nodes))
	for i, node := range nodes {
		inodes[i] = &inode{node: node, size: node.Size, block: node.Block}
		byNode[node] = inodes[i]
	}
	inodes[0].parent = inodes[0]
	at := uint64(rootNumber * slotSize)
	for _, one := range inodes {
		switch one.node.Type() {
		case tree.TypeDir:
			one.links += 2
			one.size = dirSize(one.node)
			one.inline = int(one.size % blockSize)
			for _, name := range one.node.Names() {
				child := byNode[one.node.Child(name)]
				if child.node.IsDir() {
					child.parent = one
					one.links++
				} else {
					child.links++
				}
			}
		case tree.TypeLink:
			one.data = []byte(one.node.Target)
			one.size = uint64(len(one.data))
			one.inline = len(one.data)
		}
		if one.inline > largestInline {
			one.inline = 0
		}
		if room := blockSize - at%blockSize; uint64(inodeSize+one.inline) > room {
			at += room
		}
		one.number = at / slotSize
		at += uint64(inodeSize+one.inline+slotSize-1) / slotSize * slotSize
	}
	return inodes, byNode
}

func encodeInodes(inodes []*inode) []byte {
	last := inodes[len(inodes)-1]
	meta := make([]byte, last.number*slotSize+uint64(inodeSize+last.inline))
	for index, one := range inodes {
		b := meta[one.number*slotSize:]
		node := one.node
		layout := uint16(layoutPlain)
		if one.inline > 0 {
			layout = layoutInline
			copy(b[inodeSize:], one.data[len(one.data)-one.inline:])
		}
		binary.LittleEndian.PutUint16(b[0:], layout<<1|formatExtended)
		binary.LittleEndian.PutUint16(b[4:], node.Mode)
		binary.LittleEndian.PutUint64(b[8:], one.size)
		value := one.block
		switch node.Type() {
		case tree.TypeChar, tree.TypeBlock:
			value = node.Rdev
		case tree.TypeRegular:
			if node.Size == 0 {
				value = 0
			}
		}
		binary.LittleEndian.PutUint32(b[16:], value)
		binary.LittleEndian.PutUint32(b[20:], uint32(index+1))
		binary.LittleEndian.PutUint32(b[24:], node.UID)
		binary.LittleEndian.PutUint32(b[28:], node.GID)
		binary.LittleEndian.PutUint64(b[32:], uint64(node.Mtime))
		binary.LittleEndian.PutUint32(b[40:], node.MtimeNanos)
		binary.LittleEndian.PutUint32(b[44:], one.links)
	}
	return meta
}
