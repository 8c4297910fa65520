package shortlived

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// aliveEvery is how often a subscription asks whether its connection still lives.
const aliveEvery = 3 * time.Second

func (r *Redis) channel() string { return r.prefix + "notices" }

// Publish implements Notices.
func (r *Redis) Publish(ctx context.Context, n Notice) error {
	text, err := json.Marshal(n)
	if err != nil {
		return invalid("notice", "The notice can't be written.")
	}
	return r.do(ctx, func(ctx context.Context) error { return r.client.Publish(ctx, r.channel(), text).Err() })
}

// Subscribe implements Notices. A broken connection is made again for as long as ctx lasts.
func (r *Redis) Subscribe(ctx context.Context) (<-chan Notice, error) {
	if r.ctx.Err() != nil {
		return nil, unavailable(errClosed)
	}
	sub := r.client.Subscribe(r.ctx)
	err := r.do(ctx, func(ctx context.Context) error { return sub.Subscribe(ctx, r.channel()) })
	if err != nil {
		_ = sub.Close() // nothing was open
		return nil, err
	}
	messages := sub.ChannelWithSubscriptions(redis.WithChannelHealthCheckInterval(aliveEvery))
	// Only what is published after the server's word is sure to come.
	err = r.do(ctx, func(ctx context.Context) error {
		select {
		case m := <-messages:
			if _, ok := m.(*redis.Subscription); !ok {
				return errors.New("no answer to SUBSCRIBE")
			}
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	if err != nil {
		_ = sub.Close() // the error that counts is err
		return nil, err
	}
	box := r.boxes.open()
	ended := context.AfterFunc(ctx, func() { _ = sub.Close() }) // closes messages
	context.AfterFunc(r.ctx, func() { _ = sub.Close() })
	go func() {
		defer ended()
		defer r.boxes.shut(box)
		for m := range messages {
			if n, ok := notice(m); ok {
				r.boxes.sendTo(box, n)
			}
		}
	}()
	return box.notices, nil
}

// notice reads what comes through a subscription. Being subscribed again means that the connection
// had broken; what can't be read may have been anything.
func notice(m any) (Notice, bool) {
	switch m := m.(type) {
	case *redis.Subscription:
		return Notice{Gap: true}, m.Kind == "subscribe"
	case *redis.Message:
		var n Notice
		if err := json.Unmarshal([]byte(m.Payload), &n); err != nil {
			return Notice{Gap: true}, true
		}
		return n, true
	}
	return Notice{}, false
}
