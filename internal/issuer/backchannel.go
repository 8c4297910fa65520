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
	"time"

	"golang.org/x/sync/errgroup"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const (
	logoutTokenLife = 2 * time.Minute
	noticesAtOnce   = 16
	noticeLease     = 30 * time.Second
	noticeTimeout   = 5 * time.Second
	noticePause     = 250 * time.Millisecond // between looks at the outbox when there was nothing in it
	noticeFor       = 24 * time.Hour         // an app that does not answer for so long is told no more
)

// retryAfter is how long to wait after so many attempts.
func retryAfter(attempts int) time.Duration {
	ladder := []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour}
	return ladder[min(max(attempts, 1), len(ladder))-1]
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
	// Observe is told how each notice went. Optional.
	Observe func(delivered bool, since time.Duration)
	// Pause waits between two looks; nil: noticePause. It returns false when ctx has ended.
	Pause func(ctx context.Context) bool
}

// Run tells apps until ctx ends. Several replicas may run it.
func (n *Notifier) Run(ctx context.Context) error {
	pause := n.Pause
	if pause == nil {
		pause = func(ctx context.Context) bool {
			select {
			case <-ctx.Done():
				return false
			case <-time.After(noticePause):
				return true
			}
		}
	}
	for {
		told, err := n.RunOnce(ctx)
		if err != nil && ctx.Err() == nil {
			n.Log.WarnContext(ctx, "back-channel logouts wait", "error", err.Error())
		}
		if told < noticesAtOnce && !pause(ctx) || ctx.Err() != nil {
			return nil
		}
	}
}

// RunOnce tells the apps of a batch of notices that are due, and returns how many.
func (n *Notifier) RunOnce(ctx context.Context) (int, error) {
	notices, err := n.Locator.ClaimLogoutNotices(ctx, noticesAtOnce, noticeLease)
	if err != nil {
		return 0, fmt.Errorf("claim logout notices: %w", err)
	}
	var group errgroup.Group
	for _, notice := range notices {
		group.Go(func() error { return n.settle(ctx, notice) })
	}
	return len(notices), group.Wait() //nolint:wrapcheck // settle did
}

// settle sends one notice and notes how it went.
func (n *Notifier) settle(ctx context.Context, notice roster.LogoutNotice) error {
	err := n.send(ctx, notice)
	if n.Observe != nil {
		n.Observe(err == nil, n.Now().Sub(notice.QueuedAt))
	}
	gone := errors.Is(err, errNoAddress)
	if err == nil || gone || n.Now().Sub(notice.QueuedAt) > noticeFor {
		if err != nil && !gone {
			n.Log.WarnContext(ctx, "an app was not told of a logout", "app", notice.App.String(), "tenant", notice.Tenant.String(), "attempts", notice.Attempts, "error", err.Error())
		}
		if err := n.Locator.DoneLogoutNotice(ctx, notice); err != nil {
			return fmt.Errorf("forget a logout notice: %w", err)
		}
		return nil
	}
	n.Log.InfoContext(ctx, "a logout notice will be sent again", "app", notice.App.String(), "attempts", notice.Attempts, "error", err.Error())
	if err := n.Locator.RetryLogoutNotice(ctx, notice, n.Now().Add(retryAfter(notice.Attempts))); err != nil {
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
