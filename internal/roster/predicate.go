package roster

import "time"

// Predicate is a condition on members or groups: And, Or, Not, Compare or Any.
// Match defines what it means; every store must agree with it.
type Predicate interface{ predicate() }

// And holds when all its parts hold; an empty And holds.
type And []Predicate

// Or holds when one of its parts holds; an empty Or does not.
type Or []Predicate

// Not holds when Of does not.
type Not struct{ Of Predicate }

// Compare compares the value of a field.
//
// An absent value, null, "", [] and {} are unassigned: Present does not hold for them,
// NotEqual does (of any value), all others do not. A value of another type than
// Value (see Kind there) is unequal, and neither less nor greater. Text is compared by
// code point, folded by Fold unless the field is exact. Numbers are compared as 64-bit
// floating point; one too large for that is assigned and equals none.
type Compare struct {
	Field Field
	Op    Op
	Value Value // the zero Value for Present; Null with Equal and NotEqual tests for unassigned
}

// Any holds when at least one element of a collection satisfies Where, in which
// only Sub of each Field is looked at. A collection is an attribute that holds
// an array (a single object or simple value counts as an array of one;
// simple values and arrays in arrays have the Sub "value"; null is no element), or
// one of the columns groups and members. A nil Where asks for any element at all.
type Any struct {
	Field Field
	Where Predicate
}

func (And) predicate()     {}
func (Or) predicate()      {}
func (Not) predicate()     {}
func (Compare) predicate() {}
func (Any) predicate()     {}

// Op is a comparison (RFC 7644 §3.4.2.2).
type Op string

// The comparisons.
const (
	Equal        Op = "eq"
	NotEqual     Op = "ne"
	Contains     Op = "co" // Text only; never holds for others
	HasPrefix    Op = "sw" // Text only
	HasSuffix    Op = "ew" // Text only
	Less         Op = "lt" // not for Bool: never holds
	LessEqual    Op = "le"
	Greater      Op = "gt"
	GreaterEqual Op = "ge"
	Present      Op = "pr"
)

// ValueKind is the type of a Value.
type ValueKind int

// The kinds of values.
const (
	Null ValueKind = iota
	Text
	Bool
	Number
	Time // columns created and changed only
)

// Value is the literal of a comparison.
type Value struct {
	Kind   ValueKind
	Text   string // what is not UTF-8 in it counts as U+FFFD
	Bool   bool
	Number float64   // NaN never holds
	Time   time.Time // compared to the millisecond
}

// TextValue makes a Text.
func TextValue(s string) Value { return Value{Kind: Text, Text: s} }

// BoolValue makes a Bool.
func BoolValue(b bool) Value { return Value{Kind: Bool, Bool: b} }

// NumberValue makes a Number.
func NumberValue(f float64) Value { return Value{Kind: Number, Number: f} }

// TimeValue makes a Time.
func TimeValue(t time.Time) Value { return Value{Kind: Time, Time: t} }
