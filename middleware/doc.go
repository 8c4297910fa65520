// Package middleware signs the people of a Go application in with Rollcall, and keeps out whoever has lost access within
// a second or two.
//
//	gate, err := middleware.New(ctx, middleware.Config{Issuer: …, ClientID: …, ClientSecret: …, RedirectURL: "https://app.example/callback"})
//	go gate.Run(ctx)                                     // reads the feed of revocations each second
//	mux.Handle("/login", http.HandlerFunc(gate.Login))
//	mux.Handle("/callback", http.HandlerFunc(gate.Callback))
//	mux.Handle("POST /logout", http.HandlerFunc(gate.Logout))
//	mux.Handle("POST /backchannel", http.HandlerFunc(gate.BackChannel))
//	mux.Handle("/", gate.Browser(pages))                 // people, by a cookie
//	mux.Handle("/api/", gate.Bearer(middleware.Role(api, "editor"))) // programs, by an access token
//
// What has ended is known in one of two ways: by the feed, which costs one request a second whatever the traffic, or with
// Config.Introspect by a request to Rollcall for each request. When neither can be had, nobody passes (503): see
// Config.MaxStale.
//
// Sessions of browsers are kept in the memory of the process, with their tokens; the cookie is a random number. A
// restart signs people in anew, which they don't notice while their session at Rollcall lives. Several processes
// behind a balancer need one that keeps a browser at its process.
//
// The package stands alone: it imports nothing else of Rollcall.
package middleware
