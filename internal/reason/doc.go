// Package reason has the words that people hear when something is refused: what happened, what to do, and whom to ask, by
// reason code. All doors for people speak from here. What only an admin may know is in the events and in docs/reasons.md.
package reason
