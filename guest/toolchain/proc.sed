# The watcher of Go's threads looks every 20 µs, while any works, whether one stands in a system call and has to let another
# go on. In a guest each look is a sleep by way of the sentry, of which there were eighty in the time of a short command.
/^func sysmon() {$/,/^}$/s/\bdelay = 20\b/delay = 1000/
