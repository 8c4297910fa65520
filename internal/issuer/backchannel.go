package issuer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const (
	logoutTokenLife = 2 * time.Minute
	noticesAtOnce   = 64
	noticesPerApp   = 48 // one app alone must not keep the others waiting
	noticesToHang   = 4  // of an app that did not answer the last time
	noticeLease     = 30 * time.Second
	noticeTimeout   = 5 * time.Second
	noticePause     = 250 * time.Millisecond // between looks at the outbox
	noticeCrowded   = 100 * time.Millisecond // when to look again at a notice whose app has enough to do
	noticeHanging   = 5 * time.Second        // the same of an app that did not answer the last time
	maxNoticeWait   = 10 * time.Minute
	noticeFor       = 24 * time.Hour // an app that does not answer for so long is told no more
)

// retryAfter is how long to wait before an app is told again that didn't hear of an end so long ago: as long
// again, so that an app that comes back is told at most as late as it was away.
func retryAfter(age time.Duration) time.Duration {
	return min(max(age, time.Second), maxNoticeWait)
}

// Notifier tells apps that sessions ended (OpenID Connect Back-Channel Logout 1.0). It
// works off an outbox that was filled with the end of the session, so that no notice is lost;
// an app may get one twice.
type Notifier struct {
	Locator roster.Locator
	Keys    *Keys
	Issuer  string
	Now     func() time.Time
	Log     *slog.Logger
	// Client sends the notices. It must follow no redirects.
	Client *http.Client
	// Observe is told how each attempt went, and how old the notice was. Optional.
	Observe func(delivered bool, age time.Duration)

	mu   sync.Mutex
	busy map[tenant.AppID]int  // how many notices are on their way
	hang map[tenant.AppID]bool // that did not answer the last time
	all  int
	work sync.WaitGroup
}

// Run tells apps until ctx ends. Several replicas may run it.
func (n *Notifier) Run(ctx context.Context) error {
	pause := time.NewTicker(noticePause)
	defer pause.Stop()
	defer n.work.Wait()
	failing := false
	for {
		begun, err := n.begin(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			n.Log.WarnContext(ctx, "back-channel logouts wait", "error", err.Error())
		}
		failing = err != nil
		if begun > 0 && ctx.Err() == nil {
			continue // there may be more
		}
		select {
		case <-ctx.Done():
			return nil
		case <-pause.C:
		}
	}
}

// RunOnce tells the apps of a batch of notices that are due, waits for their answers, and returns how many notices
// it was.
func (n *Notifier) RunOnce(ctx context.Context) (int, error) {
	begun, err := n.begin(ctx)
	n.work.Wait()
	return begun, err
}

// begin claims the notices that are due, as many as there is room for, and sends them on their way.
func (n *Notifier) begin(ctx context.Context) (int, error) {
	n.mu.Lock()
	room := noticesAtOnce - n.all
	n.mu.Unlock()
	if room <= 0 {
		return 0, nil
	}
	notices, err := n.Locator.ClaimLogoutNotices(ctx, room, noticeLease)
	if err != nil {
		return 0, fmt.Errorf("claim logout notices: %w", err)
	}
	for _, notice := range notices {
		if wait := n.enter(notice.App); wait > 0 {
			if err := n.Locator.RetryLogoutNotice(ctx, notice, n.Now().Add(wait)); err != nil {
				n.Log.WarnContext(ctx, "a logout notice waits for its lease", "error", err.Error())
			}
			continue
		}
		n.work.Go(func() {
			sent := n.send(ctx, notice)
			n.leave(notice.App, sent == nil || errors.Is(sent, errNoAddress))
			if err := n.settle(ctx, notice, sent); err != nil { // it is claimed again when the lease is over
				n.Log.WarnContext(ctx, "a logout notice waits for its lease", "error", err.Error())
			}
		})
	}
	return len(notices), nil
}

// enter takes room for a notice of an app, or says how long there will be none.
func (n *Notifier) enter(id tenant.AppID) (wait time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	room, wait := noticesPerApp, noticeCrowded
	if n.hang[id] {
		room, wait = noticesToHang, noticeHanging
	}
	if n.busy[id] >= room {
		return wait
	}
	if n.busy == nil {
		n.busy, n.hang = map[tenant.AppID]int{}, map[tenant.AppID]bool{}
	}
	n.busy[id]++
	n.all++
	return 0
}

func (n *Notifier) leave(id tenant.AppID, answered bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all--
	if n.busy[id]--; n.busy[id] == 0 {
		delete(n.busy, id)
	}
	if answered {
		delete(n.hang, id)
	} else {
		n.hang[id] = true
	}
}

// settle notes how the sending of a notice went.
func (n *Notifier) settle(ctx context.Context, notice roster.LogoutNotice, err error) error {
	if ctx.Err() != nil && err != nil {
		return nil //nolint:nilerr // we stop: whoever claims it when the lease is over sends it
	}
	age := n.Now().Sub(notice.QueuedAt)
	gone := errors.Is(err, errNoAddress)
	if n.Observe != nil && !gone {
		n.Observe(err == nil, age)
	}
	if err == nil || gone || age > noticeFor {
		if err != nil && !gone {
			n.Log.WarnContext(ctx, "an app was not told of a logout", "app", notice.App.String(), "tenant", notice.Tenant.String(), "attempts", notice.Attempts, "error", err.Error())
		}
		if err := n.Locator.DoneLogoutNotice(ctx, notice); err != nil {
			return fmt.Errorf("forget a logout notice: %w", err)
		}
		return nil
	}
	n.Log.InfoContext(ctx, "a logout notice will be sent again", "app", notice.App.String(), "attempts", notice.Attempts, "error", err.Error())
	if err := n.Locator.RetryLogoutNotice(ctx, notice, n.Now().Add(retryAfter(age))); err != nil {
		return fmt.Errorf("put back a logout notice: %w", err)
	}
	return nil
}

var errNoAddress = errors.New("the app has no back-channel logout URI")

func (n *Notifier) send(ctx context.Context, notice roster.LogoutNotice) error {
	a, err := n.Locator.App(ctx, notice.App)
	if errors.Is(err, roster.NotFound) || err == nil && (a.BackchannelLogoutURI == "" || a.Status == tenant.AppRemoved) {
		return errNoAddress
	}
	if err != nil {
		return err
	}
	now := n.Now()
	token, err := n.Keys.sign(ctx, typeLogoutToken, map[string]any{
		"iss": n.Issuer, "aud": a.ID.String(), "iat": now.Unix(), "exp": now.Add(logoutTokenLife).Unix(), "jti": tenant.NewUUID(now).UUID(),
		"sub": notice.Member.String(), "sid": notice.Session.UUID.UUID(), "org_id": notice.Tenant.String(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": struct{}{}},
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, noticeTimeout)
	defer cancel()
	body := strings.NewReader(url.Values{"logout_token": {token}}.Encode())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.BackchannelLogoutURI, body)
	if err != nil {
		return fmt.Errorf("ask the app: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := n.Client.Do(r)
	if err != nil {
		return fmt.Errorf("ask the app: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxForm))
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("the app answered %d", resp.StatusCode)
	}
	return nil
}

// NewNoticeClient makes a client for notices. The operator named the apps, so private
// addresses are as good as public ones: an app often stands beside the gateway.
func NewNoticeClient() *http.Client {
	return &http.Client{
		Timeout:       noticeTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
