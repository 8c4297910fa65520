package roster

import (
	"slices"
	"time"
)

// merged joins what is known of one person under two ids: winner, which a
// directory manages and knows the id of, goes on; of other the tombstone stays
// and points to it. What others said of the other counts for the winner, below
// what the directory says: its "no" is never lost, and its role only if it was
// still a member. It is pure; the caller seals both.
func merged(winner, other Member, now time.Time) (Member, Member) {
	winner.Conflict = ""
	if winner.Email == other.Email && other.Proven && !winner.Proven {
		winner.Proven, winner.Person = true, other.Person
	}
	winner.Claims = joined(winner.Claims, other.Claims, !other.Removed())
	gone := other
	gone.Groups = nil
	if !other.Removed() {
		gone.RemovedAt = now
	}
	gone.Conflict = ""
	gone.Claims = withClaim(other.Claims, Claim{Source: SourceMerged, By: winner.ID.String(), At: now})
	return winner, gone
}

// joined adds the claims of people, invites and sign-ins among others to claims. live says
// that they were in force; else only a "no" among them still is.
func joined(claims, others []Claim, live bool) []Claim {
	out := slices.Clone(claims)
	for _, o := range others {
		switch o.Source {
		case SourceOperator, SourceAdmin, SourceInvite, SourceSignIn:
		default:
			continue
		}
		no := o.Active != nil && !*o.Active
		if !live {
			if !no {
				continue
			}
			o.Here, o.Role = false, ""
		}
		i := slices.IndexFunc(out, func(c Claim) bool { return c.Source == o.Source })
		if i < 0 {
			out = append(out, o)
			continue
		}
		if no {
			out[i].Active, out[i].By = o.Active, o.By
		}
		if out[i].Role == "" {
			out[i].Role = o.Role
		}
		out[i].Here = out[i].Here || o.Here
	}
	return out
}
