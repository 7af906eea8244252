# Ends of connections in TIME_WAIT are restored to wait on, while a restored guest draws new secrets for its sequence numbers.
# Half of the new connections from the ports of such an end would then begin with a lower number, and their SYN be dropped
# until the wait is over, a minute later. After a restore nothing can be on its way that is worth waiting for.
/case StateTimeWait:/{
n
s/AfterFunc(e\.getTimeWaitDuration(), /AfterFunc(0, /
}
