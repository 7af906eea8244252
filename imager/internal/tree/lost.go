package tree

import "fmt"

// Lost counts what archives hold and no image can: sandboxes read neither attributes nor the numbers of devices.
type Lost struct {
	attributes, devices         int
	firstAttribute, firstDevice string
}

// Attribute of a file was left out.
func (l *Lost) Attribute(path, name string) {
	if l.attributes++; l.attributes == 1 {
		l.firstAttribute = fmt.Sprintf("%.100s of %.300q", name, path)
	}
}

// Device cannot be used.
func (l *Lost) Device(path string) {
	if l.devices++; l.devices == 1 {
		l.firstDevice = fmt.Sprintf("%.300q", path)
	}
}

// Notices are sentences about all of it; none: nothing was lost.
func (l *Lost) Notices() []string {
	var said []string
	if l.attributes > 0 {
		said = append(said, fmt.Sprintf("%d extended attributes are not in the image, such as %s", l.attributes, l.firstAttribute))
	}
	if l.devices > 0 {
		said = append(said, fmt.Sprintf("%d device files of the image are hidden, such as %s", l.devices, l.firstDevice))
	}
	return said
}
