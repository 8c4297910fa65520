package shortlived

import (
	"container/heap"
	"time"
)

// expiring is a bounded map whose entries end by themselves. It is not safe for concurrent use.
type expiring[V any] struct {
	limit   int
	entries map[digest]*entry[V]
	queue   queue[V]
}

type entry[V any] struct {
	key   digest
	value V
	until time.Time
	index int // in the queue
}

func newExpiring[V any](limit int) expiring[V] {
	return expiring[V]{limit: limit, entries: map[digest]*entry[V]{}}
}

func (e *expiring[V]) get(k digest, now time.Time) (V, bool) {
	found, ok := e.entries[k]
	if !ok || !now.Before(found.until) {
		var none V
		return none, false
	}
	return found.value, true
}

func (e *expiring[V]) take(k digest, now time.Time) (V, bool) {
	value, ok := e.get(k, now)
	if found := e.entries[k]; found != nil {
		e.drop(found)
	}
	return value, ok
}

// put adds or replaces an entry; false when there is no room.
func (e *expiring[V]) put(k digest, value V, now time.Time, ttl time.Duration) bool {
	e.expire(now)
	if found := e.entries[k]; found != nil {
		e.drop(found)
	}
	if len(e.entries) >= e.limit {
		return false
	}
	added := &entry[V]{key: k, value: value, until: now.Add(ttl)}
	e.entries[k] = added
	heap.Push(&e.queue, added)
	return true
}

// makeRoom drops what would end next, if there is no room for k.
func (e *expiring[V]) makeRoom(k digest, now time.Time) {
	e.expire(now)
	if _, there := e.entries[k]; !there && len(e.entries) >= e.limit {
		e.drop(e.queue[0])
	}
}

func (e *expiring[V]) expire(now time.Time) {
	for len(e.queue) > 0 && !now.Before(e.queue[0].until) {
		e.drop(e.queue[0])
	}
}

func (e *expiring[V]) drop(x *entry[V]) {
	heap.Remove(&e.queue, x.index)
	delete(e.entries, x.key)
}

// queue is a heap (container/heap) with the entry that ends first at its top.
type queue[V any] []*entry[V]

func (q queue[V]) Len() int           { return len(q) }
func (q queue[V]) Less(i, j int) bool { return q[i].until.Before(q[j].until) }
func (q queue[V]) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

// Push implements heap.Interface.
func (q *queue[V]) Push(x any) {
	e, ok := x.(*entry[V])
	if !ok {
		return
	}
	e.index = len(*q)
	*q = append(*q, e)
}

// Pop implements heap.Interface.
func (q *queue[V]) Pop() any {
	last := (*q)[len(*q)-1]
	(*q)[len(*q)-1] = nil
	*q = (*q)[:len(*q)-1]
	return last
}
