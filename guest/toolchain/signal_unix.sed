# A child between fork and exec takes away each of 56 handlers by a call of its own. Where the kernel has done that by
# itself (CLONE_CLEAR_SIGHAND), a look at the first one says so.
/^func clearSignalHandlers() {$/,/^}$/s/^\t\t\tsetsig(i, _SIG_DFL)$/\t\t\tif i == _SIGHUP \&\& getsig(i) == _SIG_DFL {\n\t\t\t\treturn\n\t\t\t}\n&/
