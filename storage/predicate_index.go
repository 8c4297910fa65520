package storage

import (
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// indexedValue is a value of a document that an index holds as well. What the index can't tell, the document does.
type indexedValue struct {
	value

	of     subjects
	tenant tenant.ID
	index  tenant.UUID
}

// assigned implements value: all values have a key.
func (v indexedValue) assigned() condition { return v.owners("TRUE") }

// owners asks for those that have a key with which the condition holds. Only leakproof comparisons may stand in it.
func (v indexedValue) owners(key string, args ...any) condition {
	return expr(string(v.of)+".id IN (SELECT ak.owner_id FROM attribute_keys AS ak WHERE ak.tenant_id = ? AND ak.index_id = ? AND "+key+")",
		append([]any{v.tenant.UUID, v.index}, args...)...)
}

func (v indexedValue) holds(op roster.Op, want roster.Value, exact bool) condition {
	if c, ok := v.keyed(op, want, exact); ok {
		return c
	}
	return v.value.holds(op, want, exact)
}

func (v indexedValue) any(c *compiler, p roster.Any) condition {
	if w, ok := p.Where.(roster.Compare); ok && w.Field.Sub == "value" {
		if found, ok := v.keyed(w.Op, w.Value, w.Field.Exact); ok {
			return found
		}
	}
	return v.value.any(c, p)
}

// keyed answers eq and sw by the index.
func (v indexedValue) keyed(op roster.Op, want roster.Value, exact bool) (condition, bool) {
	switch op {
	case roster.Equal:
		if key, ok := roster.KeyOf(want, exact); ok {
			return v.owners("ak.value = ?", key), true
		}
	case roster.HasPrefix:
		if from, to, ok := roster.KeyRange(want, exact); ok {
			return v.owners("ak.value >= ? AND ak.value < ?", from, to), true
		}
	}
	return condition{}, false
}
