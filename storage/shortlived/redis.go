package shortlived

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"rollcall/internal/roster"
)

// Redis keeps everything in Redis 6.2 or later, or what speaks its protocol, for many replicas. Its
// clock is the server's. Each operation is one command on one key, so a cluster does as well.
type Redis struct {
	client redis.UniversalClient
	prefix string
	boxes  mailboxes
	rest   rest
	ctx    context.Context // ends with Close
	stop   context.CancelFunc
}

// DefaultPrefix begins all keys and channels.
const DefaultPrefix = "rollcall:"

// OpenRedis makes a store for redis://, rediss:// (TLS) or unix:// URLs; a parameter addr, which may
// repeat, makes it the URL of a cluster. It does not connect yet. prefix begins all keys and
// channels; empty: DefaultPrefix.
func OpenRedis(rawURL, prefix string) (*Redis, error) {
	client, err := dial(rawURL)
	if err != nil {
		return nil, err
	}
	return NewRedis(client, prefix), nil
}

// NewRedis makes a store of a client, which it closes with itself. The client must respect the
// deadlines of contexts (ContextTimeoutEnabled), or a dead server takes its own timeouts.
func NewRedis(client redis.UniversalClient, prefix string) *Redis {
	if prefix == "" {
		prefix = DefaultPrefix
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Redis{client: client, prefix: prefix, ctx: ctx, stop: stop}
}

func dial(rawURL string) (redis.UniversalClient, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errors.New("open Redis: the address is not a URL") // err would show the password
	}
	off := &maintnotifications.Config{Mode: maintnotifications.ModeDisabled} // of one vendor's cloud
	if u.Query().Has("addr") {
		o, err := redis.ParseClusterURL(rawURL)
		if err != nil {
			return nil, fmt.Errorf("open Redis: %w", err)
		}
		o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = Timeout, Timeout, Timeout, Timeout
		o.ContextTimeoutEnabled, o.MaintNotificationsConfig = true, off
		return redis.NewClusterClient(o), nil
	}
	o, err := redis.ParseURL(rawURL)
	if err != nil {
		return nil, fmt.Errorf("open Redis: %w", err)
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = Timeout, Timeout, Timeout, Timeout
	o.ContextTimeoutEnabled, o.MaintNotificationsConfig = true, off
	return redis.NewClient(o), nil
}

// do calls Redis and turns its errors into kinds. Nothing is tried again by it; the client tries
// within the time, where that can't do a thing twice.
func (r *Redis) do(ctx context.Context, f func(ctx context.Context) error) error {
	if !r.rest.enter() {
		return unavailable(errResting)
	}
	bounded, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	err := f(bounded)
	none := errors.Is(err, redis.Nil)
	r.rest.leave(r.ctx, err == nil || none || ctx.Err() != nil, r.answers)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case none:
		return notFound()
	}
	return unavailable(err)
}

// answers says whether the server is there.
func (r *Redis) answers(ctx context.Context) bool {
	bounded, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	return r.client.Ping(bounded).Err() == nil
}

// Ping says whether Redis answers; Unavailable when not.
func (r *Redis) Ping(ctx context.Context) error {
	return r.do(ctx, func(ctx context.Context) error { return r.client.Ping(ctx).Err() })
}

// Put implements OneTime.
func (r *Redis) Put(ctx context.Context, k Key, value []byte, ttl time.Duration) error {
	if err := errors.Join(checkTTL(ttl), checkValue(value)); err != nil {
		return err
	}
	return r.do(ctx, func(ctx context.Context) error {
		return r.client.Set(ctx, k.redis(r.prefix, "once"), value, ttl.Truncate(time.Millisecond)).Err()
	})
}

// add returns what is there, or sets it. SET with NX and GET would do, but only since Redis 7.
var add = redis.NewScript(`
local there = redis.call('GET', KEYS[1])
if not there then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return there
`)

// Add implements OneTime. Should the answer be lost on its way, the client asks again and is told of
// its own value: better that than adding twice.
func (r *Redis) Add(ctx context.Context, k Key, value []byte, ttl time.Duration) ([]byte, error) {
	if err := errors.Join(checkTTL(ttl), checkValue(value)); err != nil {
		return nil, err
	}
	var there []byte
	err := r.do(ctx, func(ctx context.Context) error {
		answer, err := add.Run(ctx, r.client, []string{k.redis(r.prefix, "once")}, value, ttl.Milliseconds()).Text()
		there = []byte(answer)
		return err
	})
	if errors.Is(err, roster.NotFound) { // there was nothing
		return nil, nil
	}
	return there, err
}

// Take implements OneTime. Should the answer be lost on its way, the value is gone: better that than
// twice.
func (r *Redis) Take(ctx context.Context, k Key) ([]byte, error) {
	var value []byte
	err := r.do(ctx, func(ctx context.Context) (err error) {
		value, err = r.client.GetDel(ctx, k.redis(r.prefix, "once")).Bytes()
		return err
	})
	return value, err
}

// FirstTime implements Replays. Should the answer be lost on its way, the client asks again and is
// told no: better that than yes twice.
func (r *Redis) FirstTime(ctx context.Context, k Key, ttl time.Duration) (bool, error) {
	if err := checkTTL(ttl); err != nil {
		return false, err
	}
	first := true
	err := r.do(ctx, func(ctx context.Context) error {
		return r.client.SetArgs(ctx, k.redis(r.prefix, "seen"), "1", redis.SetArgs{Mode: "NX", TTL: ttl.Truncate(time.Millisecond)}).Err()
	})
	if errors.Is(err, roster.NotFound) { // not set: it was there
		first, err = false, nil
	}
	return first && err == nil, err
}

// Forget implements Replays.
func (r *Redis) Forget(ctx context.Context, k Key) error {
	return r.do(ctx, func(ctx context.Context) error { return r.client.Del(ctx, k.redis(r.prefix, "seen")).Err() })
}

// gcra does what Rate.take does, in microseconds by the server's clock. Whole numbers up to 2^53 are
// exact in it.
var gcra = redis.NewScript(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, burst, n = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local tolerance = interval * burst
local after = full + interval * n
local wait = after - tolerance - now
if wait > 0 then
  return {0, math.floor(math.max(tolerance - (full - now), 0) / interval), wait}
end
if n > 0 then
  redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
end
return {1, math.floor((tolerance - (after - now)) / interval), 0}
`)

// Allow implements Limits.
func (r *Redis) Allow(ctx context.Context, k Key, rate Rate, n int) (Decision, error) {
	if err := rate.check(n); err != nil {
		return Decision{}, err
	}
	var out Decision
	err := r.do(ctx, func(ctx context.Context) error {
		answer, err := gcra.Run(ctx, r.client, []string{k.redis(r.prefix, "rate")}, rate.interval().Microseconds(), rate.Burst, n).Int64Slice()
		if err != nil {
			return err
		}
		if len(answer) != 3 {
			return fmt.Errorf("rate limit script answered %d values", len(answer))
		}
		out = Decision{Allowed: answer[0] == 1, Remaining: int(answer[1]), RetryAfter: time.Duration(answer[2]) * time.Microsecond}
		return nil
	})
	return out, err
}

// Close implements Store.
func (r *Redis) Close() error {
	r.stop()
	r.boxes.shutAll()
	return r.client.Close()
}
