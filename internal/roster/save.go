package roster

import (
	"context"

	"rollcall/internal/tenant"
)

// saveOptions says how a change of a member came about.
type saveOptions struct {
	alone       bool       // the transaction holds the exclusive lock
	byDirectory bool       // a directory's own word: it may turn off the last admin
	kind        EventKind  // empty: by what changed
	mass        *massCheck // of a directory's change; else nil
}

// save writes a changed member and its event. It links the person of a new
// address and guards the tenant's last admin. A member with the same version
// as before is not written.
func (r *Roster) save(ctx context.Context, tx Tx, cfg tenant.Config, from origin, before Member, after *Member, o saveOptions) error {
	if after.Version == before.Version {
		return nil
	}
	if err := checkUnique(ctx, tx, cfg, memberValues(before), memberValues(*after)); err != nil {
		return err
	}
	if err := r.guardLastAdmin(ctx, tx, cfg, from, before, *after, o); err != nil {
		return err
	}
	if o.mass != nil && before.Standing.State == StateActive && after.Standing.State != StateActive {
		if _, err := r.guardMass(ctx, tx, cfg, from, before.Directory, o); err != nil {
			return err
		}
	}
	if err := r.linkAddress(ctx, tx, cfg, before, after); err != nil {
		return err
	}
	if err := putMember(ctx, tx, from, before, *after); err != nil {
		return err
	}
	if err := foundAdmin(ctx, tx, cfg, *after); err != nil {
		return err
	}
	return tx.AppendEvent(ctx, memberEvent(o.kind, from, cfg, before, *after))
}

// guardLastAdmin looks at changes that take an active admin away. By a person,
// or through a role, the last one is kept; a directory's deactivation is
// applied and the tenant marked, unless its policy protects the last admin.
func (r *Roster) guardLastAdmin(ctx context.Context, tx Tx, cfg tenant.Config, from origin, before, after Member, o saveOptions) error {
	if !isAdmin(cfg, before) || isAdmin(cfg, after) {
		return nil
	}
	if !o.alone { // two last admins might otherwise vouch for each other
		return errAlone
	}
	others, err := tx.Admins(ctx, cfg.Tenant.Roles.Admin(), before.ID)
	if err != nil || others > 0 {
		return err
	}
	offboards := after.Standing.State != StateActive
	if !o.byDirectory || !offboards || cfg.Tenant.Policy.ProtectLastAdmin {
		return &Error{
			Kind: Refused, Code: CodeLastAdmin,
			Detail: "This is the tenant's last active admin. Make somebody else an admin first, then repeat the change.",
		}
	}
	t := cfg.Tenant
	t.NoAdmin = true
	if err := tx.PutTenant(ctx, t); err != nil {
		return err
	}
	return tx.AppendEvent(ctx, Event{Kind: TenantNoAdmin, Member: before.ID, Actor: from.actor, RequestID: from.requestID})
}
