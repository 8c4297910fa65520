package roster

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/tenant"
)

// InviteOffer is what whoever holds a token of an invite may know of it.
type InviteOffer struct {
	Invite  Invite
	Config  tenant.Config
	Inviter string // a name, or an address; empty: the operator
	// SSO is the connection through which the person comes in, because the tenant enforces that; nil: it does not.
	SSO *tenant.Connection
	// Code says why the invite can't be accepted now; empty: it can.
	Code Code
}

// OpenInvite tells what a token is for. It writes nothing. NotFound for a token that is none.
func (r *Roster) OpenInvite(ctx context.Context, id tenant.ID, hash [32]byte) (InviteOffer, error) {
	var out InviteOffer
	err := r.Store.View(ctx, id, func(rd Reader) error {
		var err error
		out, err = offer(ctx, rd, hash, r.Now())
		return err
	})
	return out, err
}

// offer reads what a token is for.
func offer(ctx context.Context, rd Reader, hash [32]byte, now time.Time) (InviteOffer, error) {
	var o InviteOffer
	cfg, err := rd.Config(ctx)
	if err != nil {
		return o, err
	}
	i, latest, err := rd.InviteByToken(ctx, hash)
	if err != nil {
		return o, err
	}
	by, err := mayInvite(ctx, rd, cfg, i.By)
	refusal, _ := errors.AsType[*Error](err)
	if err != nil && (refusal == nil || refusal.Code == "") {
		return o, err
	}
	o = InviteOffer{Invite: i, Config: cfg, Inviter: by, SSO: enforced(cfg)}
	switch {
	case i.State == InviteAccepted:
		o.Code = CodeInviteUsed
	case i.State == InviteRevoked:
		o.Code = CodeInviteRevoked
	case i.State == InviteSuperseded:
		o.Code = CodeInviteSuperseded
	case i.State != InvitePending:
		o.Code = CodeInviteExpired
	case cfg.Tenant.Status != tenant.Active && goodWhenSuspended(cfg.Tenant, i):
		o.Code = CodeTenantSuspended
	case !now.Before(i.ExpiresAt):
		o.Code = CodeInviteExpired
	case !latest:
		o.Code = CodeInviteReplaced
	case refusal != nil:
		o.Code = refusal.Code
	}
	return o, nil
}

// goodWhenSuspended says whether an invite had not expired when its tenant was suspended: its clock stands still.
func goodWhenSuspended(t tenant.Tenant, i Invite) bool {
	return t.Policy.SuspendedAt.IsZero() || t.Policy.SuspendedAt.Before(i.ExpiresAt)
}

// enforced is the connection that people of a tenant must come in through; nil: they need not.
func enforced(cfg tenant.Config) *tenant.Connection {
	if !cfg.Tenant.Policy.SSO.Enforced {
		return nil
	}
	for i, c := range cfg.Connections {
		if c.Usable() {
			return &cfg.Connections[i]
		}
	}
	return &tenant.Connection{} // enforced, and none works: nobody comes in
}

// refusal says in an error why an invite can't be accepted.
func (o InviteOffer) refusal() error {
	e := &Error{Kind: Conflict, Code: o.Code, Field: "invite"}
	switch o.Code {
	case CodeInviteUsed, CodeInviteRevoked, CodeInviteSuperseded:
		return ended(o.Invite)
	case CodeInviteExpired:
		e.Detail = "The invite has expired. Ask for a new one."
	case CodeInviteReplaced:
		e.Detail = "A newer link was sent. Use the one of the latest mail."
	case CodeTenantSuspended:
		e.Kind, e.Detail = Refused, "The tenant is suspended. The invite stays good for when it is resumed."
	default:
		e.Kind, e.Detail = Refused, "Whoever sent this invite may not invite people any more. Ask for a new one."
	}
	return e
}
