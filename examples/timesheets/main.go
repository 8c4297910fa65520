// Timesheets is a small application that signs its people in with Rollcall. See README.md.
package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"time"

	"rollcall/examples/timesheets/app"
	"rollcall/middleware"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(ctx, log); err != nil {
		log.ErrorContext(ctx, "timesheets stops", "error", err)
		stop()
		os.Exit(1) //nolint:gocritic // it was called
	}
}

func run(ctx context.Context, log *slog.Logger) error {
	const base = "http://localhost:8090"
	gate, err := middleware.New(ctx, middleware.Config{
		Issuer: os.Getenv("ISSUER"), ClientID: os.Getenv("CLIENT_ID"), ClientSecret: os.Getenv("CLIENT_SECRET"), //nolint:forbidigo // this is a program
		RedirectURL: base + "/callback", AfterLogout: base + "/", Log: log,
	})
	if err != nil {
		return err
	}
	if err := gate.ReadFeed(ctx); err != nil { // so that nobody is turned away in the first moment
		return err
	}
	go func() { _ = gate.Run(ctx) }()
	server := &http.Server{Addr: "127.0.0.1:8090", Handler: app.New(gate), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	log.InfoContext(ctx, "timesheets answers", "at", base)
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}
