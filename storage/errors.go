package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"
	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"rollcall/internal/roster"
)

// Names of what can be taken, as they stand in roster.Error.Field.
const (
	takenLogin      = "login"
	takenExternalID = "external_id"
	takenEmail      = "email"
	takenName       = "name"
	takenSlug       = "slug"
	takenDomain     = "domain"
	takenID         = "id"
	takenToken      = "token"
	takenAttribute  = "attribute"
	takenLink       = "link"
	takenRequest    = "join_request"
	takenInvite     = "invite"
	takenPasskey    = "passkey"
	takenReview     = "review"
)

// taken tells which unique index of its table a statement can break. PostgreSQL names the index in
// the error; SQLite does so in the message only, so there it is found out by looking.
type taken struct {
	field string
	// key says that it is the table's primary key; else a conflict of that is one of the id.
	key bool
	// probe finds a row that holds what instead names; nil: it can only be field.
	probe   *statement
	instead string
}

// conflicts are the unique indexes by name, and what they keep unique.
func conflicts(index string) string {
	switch index {
	case "members_login":
		return takenLogin
	case "members_external_id":
		return takenExternalID
	case "member_emails_primary":
		return takenEmail
	case "groups_name", "groups_name_by_hand":
		return takenName
	case "locator_pkey":
		return takenSlug
	case "domains_name":
		return takenDomain
	case "links_subject", "links_member":
		return takenLink
	case "join_requests_pending":
		return takenRequest
	case "reviews_open":
		return takenReview
	case "attribute_keys_unique":
		return takenAttribute
	case "credentials_hash", "sessions_hash", "app_grants_code", "refresh_tokens_pkey", "api_tokens_hash", "app_credentials_hash":
		return takenToken
	}
	return takenID
}

// conflict makes the error for what is taken.
func conflict(field string, err error) error {
	e := &roster.Error{Kind: roster.Conflict, Field: field, Err: err}
	switch field {
	case takenLogin:
		e.Detail = "Another member that this directory manages has the same login, in this or another case. Give one of them another login."
	case takenExternalID:
		e.Detail = "Another member that this directory manages has the same external id. Correct the attribute that the directory maps to it."
	case takenEmail:
		e.Detail = "Another member of this tenant has the same primary e-mail address. Change one of the addresses or remove the other member."
	case takenName:
		e.Detail = "Another group of this directory has the same name, in this or another case. Rename one of them."
	case takenAttribute:
		e.Detail = "Another resource of this tenant has the same value in an attribute whose values are unique. Correct what the directory maps to it."
	case takenLink:
		e.Detail = "The subject, or the member at this connection, has another link. Unlink that first."
	case takenRequest:
		e.Detail = "A request to join with this address waits for an answer."
	case takenReview:
		e.Detail = "An access review is open already. Finish it first."
	case takenSlug:
		e.Detail = "Another tenant has this slug. Choose another."
	case takenDomain:
		e.Code = roster.CodeDomainHeld
		e.Detail = "The domain belongs to another tenant, or did so until recently."
	default:
		e.Detail = "The id or token exists already."
	}
	return e
}

// explain turns an error of a driver into one of the roster's kinds, by code. Errors that are none
// of the databases' pass through.
func explain(err error) error {
	if err == nil {
		return nil
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return explainPostgres(pg, err)
	}
	if lite, ok := errors.AsType[*driver.Error](err); ok {
		return explainSQLite(lite, err)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if lost(err) {
		return unavailable(err)
	}
	return err
}

func unavailable(err error) error {
	return &roster.Error{Kind: roster.Unavailable, Detail: "The database can't be reached or is too busy. Try again shortly.", Err: err}
}

// lost says whether a connection could not be had or broke.
func lost(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return pgconn.SafeToRetry(err) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, puddle.ErrClosedPool) || errors.Is(err, sql.ErrConnDone)
}

// SQLSTATE codes (PostgreSQL documentation, appendix A).
const (
	stateUniqueViolation   = "23505"
	stateSerialization     = "40001"
	stateDeadlock          = "40P01"
	statePrivilege         = "42501"
	stateBadEncoding       = "22021" // a NUL, or no UTF-8
	stateBadEscape         = "22P05" // \u0000 in a JSON document
	stateDivisionByZero    = "22012" // see expectConfig
	stateOutOfRange        = "22003" // a number
	stateInvalidParameter  = "22023" // such as a role that is not there
	stateDuplicateObject   = "42710"
	stateTooManyConns      = "53300"
	stateAdminShutdown     = "57P01"
	stateCrashShutdown     = "57P02"
	stateCannotConnectNow  = "57P03"
	stateLockNotAvailable  = "55P03"
	classConnection        = "08"
	classInsufficientSpace = "53"
)

func explainPostgres(pg *pgconn.PgError, err error) error {
	switch pg.Code {
	case stateUniqueViolation:
		return conflict(conflicts(pg.ConstraintName), err)
	case stateBadEncoding, stateBadEscape, stateOutOfRange:
		return &roster.Error{Kind: roster.Invalid, Detail: "A value can't be stored: a text with a character such as NUL, or a number too large.", Err: err}
	case stateTooManyConns, stateAdminShutdown, stateCrashShutdown, stateCannotConnectNow, stateLockNotAvailable:
		return unavailable(err)
	}
	if class := pg.Code[:min(2, len(pg.Code))]; class == classConnection || class == classInsufficientSpace {
		return unavailable(err)
	}
	return err
}

func explainSQLite(lite *driver.Error, err error) error {
	switch lite.Code() & 0xff { // the primary code
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED, codes.SQLITE_FULL, codes.SQLITE_IOERR, codes.SQLITE_CANTOPEN:
		return unavailable(err)
	}
	return err
}

// uniqueSQLite says whether a unique index of SQLite refused a row, and whether that was the primary
// key.
func uniqueSQLite(err error) (unique, primary bool) {
	lite, ok := errors.AsType[*driver.Error](err)
	if !ok {
		return false, false
	}
	primary = lite.Code() == codes.SQLITE_CONSTRAINT_PRIMARYKEY
	return primary || lite.Code() == codes.SQLITE_CONSTRAINT_UNIQUE, primary
}

// repeatable says whether a transaction failed only because others ran beside it, and nothing of it
// is left.
func repeatable(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == stateSerialization || pg.Code == stateDeadlock || pg.ConstraintName == "people_pkey"
	}
	if lite, ok := errors.AsType[*driver.Error](err); ok {
		return lite.Code()&0xff == codes.SQLITE_BUSY
	}
	return false
}

// undone says that PostgreSQL refused something, so that nothing of the transaction is left. A session that
// the server ended tells nothing: the commit may have come before that.
func undone(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.SeverityUnlocalized != "FATAL" && pg.SeverityUnlocalized != "PANIC"
}

func notFound(what string) error {
	return &roster.Error{Kind: roster.NotFound, Detail: fmt.Sprintf("There is no such %s.", what)}
}
