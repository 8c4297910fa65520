package roster

import "context"

// Trail gathers the events that a request wrote, for whoever tells what it changed. It belongs
// to one request; events of a transaction that was not committed are not in it.
type Trail struct {
	Events []Event
	kept   int // of transactions that ended; the rest may be undone
}

// on lets the trail see the events of a transaction. The nil trail sees none.
func (t *Trail) on(tx Tx) Tx {
	if t == nil {
		return tx
	}
	t.Events = t.Events[:t.kept] // of an attempt that was repeated
	return trailTx{tx, t}
}

// ended keeps, or else forgets, what the transaction wrote.
func (t *Trail) ended(committed bool) {
	switch {
	case t == nil:
	case committed:
		t.kept = len(t.Events)
	default:
		t.Events = t.Events[:t.kept]
	}
}

type trailTx struct {
	Tx
	trail *Trail
}

// AppendEvent implements Tx.
func (t trailTx) AppendEvent(ctx context.Context, e Event) error {
	err := t.Tx.AppendEvent(ctx, e)
	if err == nil {
		t.trail.Events = append(t.trail.Events, e)
	}
	return err
}
