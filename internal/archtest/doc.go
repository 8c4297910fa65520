// Package archtest holds the rules of the code base that a machine can check: who may import whom,
// how long files are, what packages are called, what the text of the repository may not contain.
//
//	go list ──► load ──► []Package ──► Check ──► []Finding
//
// Check is pure and tested on an invented module that breaks every rule; TestRepository runs it on
// the real one. A finding names the rule and its reason: change the code, or, where the rule turned
// out wrong, change the rule here together with a page in docs/decisions.
package archtest
