package shortlived

import "sync"

// boxSize is how many notices wait for a slow reader before some are lost.
const boxSize = 256

// mailboxes are the readers of notices in this process.
type mailboxes struct {
	mu  sync.Mutex
	all map[*mailbox]struct{}
}

// mailbox holds what one reader has not read yet. There is always room for a Gap.
type mailbox struct {
	notices chan Notice
	gap     bool // a Gap waits at the end, or did at the last look
}

func (m *mailboxes) open() *mailbox {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all == nil {
		m.all = map[*mailbox]struct{}{}
	}
	box := &mailbox{notices: make(chan Notice, boxSize+1)}
	m.all[box] = struct{}{}
	return box
}

// send gives a notice to all.
func (m *mailboxes) send(n Notice) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for box := range m.all {
		box.put(n)
	}
}

// sendTo gives a notice to one, unless it is shut.
func (m *mailboxes) sendTo(box *mailbox, n Notice) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, open := m.all[box]; open {
		box.put(n)
	}
}

// put never waits. What does not fit is lost, and the Gap that stands for it is read later.
func (b *mailbox) put(n Notice) {
	switch {
	case len(b.notices) < boxSize:
		b.notices <- n
		b.gap = false
	case !b.gap:
		b.notices <- Notice{Gap: true}
		b.gap = true
	}
}

func (m *mailboxes) shut(box *mailbox) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, open := m.all[box]; open {
		delete(m.all, box)
		close(box.notices)
	}
}

func (m *mailboxes) shutAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for box := range m.all {
		delete(m.all, box)
		close(box.notices)
	}
}
