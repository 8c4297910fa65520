package main

import (
	"fmt"
	"io"
	"net"
)

// ready says that the gateway is.
func (p *program) ready(public, admin net.Listener) error {
	err := p.show(newReadyView(p, public.Addr(), admin.Addr()), func(w io.Writer) {
		say(w, "rollcall is ready: answers at %s, health and metrics at http://%s", p.baseURL(public.Addr().String()), reachable(admin.Addr().String()))
	})
	if err != nil {
		return fmt.Errorf("say that the gateway is ready: %w", err)
	}
	return nil
}

// readyView is the line that serve prints when it answers, as JSON.
type readyView struct {
	Listen      string `json:"listen"` // the real address, also when port 0 was asked for
	AdminListen string `json:"admin_listen"`
	PublicURL   string `json:"public_url"`
}

func newReadyView(p *program, public, admin net.Addr) readyView {
	return readyView{public.String(), admin.String(), p.baseURL(public.String())}
}
