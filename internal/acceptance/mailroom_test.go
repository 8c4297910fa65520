package acceptance

import (
	"log/slog"
	"time"

	letters "rollcall/internal/mail"
	"rollcall/internal/roster"
	"rollcall/storage"
)

// mailroom is a mail server of a test that keeps what it is given.
type mailroom struct {
	g      *gateway
	box    *letters.Box
	sender *letters.Sender
}

func (g *gateway) mailroom() *mailroom {
	g.t.Helper()
	db, ok := g.roster.Store.(*storage.DB)
	if !ok {
		g.t.Fatal("the store is none of ours")
	}
	box := &letters.Box{Now: g.clock.Now}
	return &mailroom{g, box, &letters.Sender{
		Queue: db, Store: db, Post: letters.Post{Key: g.connect.Key}, Now: g.clock.Now, Log: slog.New(slog.DiscardHandler), Carrier: box, Lease: time.Minute,
	}}
}

// to sends what is queued and returns the latest mail to an address.
func (p *mailroom) to(address roster.Email) letters.Letter {
	p.g.t.Helper()
	if err := p.sender.Drain(p.g.t.Context()); err != nil {
		p.g.t.Fatalf("send mails: %v", err)
	}
	for _, k := range p.box.Letters() {
		if k.To == address {
			return k.Letter
		}
	}
	p.g.t.Fatalf("no mail came to %s", address)
	return letters.Letter{}
}

func (p *mailroom) code(address roster.Email) string {
	p.g.t.Helper()
	code := eightDigits.FindString(p.to(address).Text)
	if code == "" {
		p.g.t.Fatalf("no code in the mail to %s", address)
	}
	return code
}

// count sends what is queued and says how many mails came to an address.
func (p *mailroom) count(address roster.Email) int {
	p.g.t.Helper()
	if err := p.sender.Drain(p.g.t.Context()); err != nil {
		p.g.t.Fatalf("send mails: %v", err)
	}
	n := 0
	for _, k := range p.box.Letters() {
		if k.To == address {
			n++
		}
	}
	return n
}
