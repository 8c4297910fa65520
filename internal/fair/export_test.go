package fair

// Lines returns how many wait in each line.
func (q *Queue) Lines() []int {
	q.mu.Lock()
	defer q.mu.Unlock()
	var out []int
	for _, l := range q.lines {
		out = append(out, l.length)
	}
	return out
}
