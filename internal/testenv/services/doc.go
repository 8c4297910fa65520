// Package services gets the tests a real PostgreSQL and a real Redis: from binaries that are
// installed, from Docker, or, after Install, from Debian's packages. It also finds and installs the
// programs that tests sign in with (peers.go, node.go), and starts them (Program).
//
// What is started from binaries is private to its owner: a directory of its own, a free port on
// 127.0.0.1, a random password, no durability. It ends with its owner however that ends:
//
//	owner ──pipe──► keeper (sh) ──► server
//
// The keeper waits for the end of the pipe, which closes when the owner calls Stop, exits, crashes
// or is killed with -9; then it stops the server and removes the directory. A server refuses to run
// as root, so under root the keeper and the server run as an unprivileged user.
package services
