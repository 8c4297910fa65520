package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"
)

// TestServeFinishesRequestsUnderWay stops the gateway while a directory is half
// through sending a user: the user must be created and the answer arrive.
func TestServeFinishesRequestsUnderWay(t *testing.T) {
	t.Parallel()
	flags := []string{
		"--json", "--database-url", "sqlite://" + filepath.Join(t.TempDir(), "rollcall.db"),
		"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0",
	}
	do := func(into any, args ...string) {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), append(args, flags...), &out, &errs); code != 0 {
			t.Fatalf("%v: exit code %d: %s", args, code, &errs)
		}
		if err := json.Unmarshal(out.Bytes(), into); err != nil {
			t.Fatal(err)
		}
	}
	var created struct{ Token string }
	var shown struct{ ID string }
	do(&shown, "tenant", "create", "acme")
	do(&shown, "domain", "trust", "--tenant", "acme", "acme.test")
	do(&created, "directory", "create", "--tenant", "acme", "--provider", "generic")
	var directories []struct {
		BaseURL string `json:"base_url"`
	}
	do(&directories, "directory", "list", "--tenant", "acme")

	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	defer stop()
	out, printed := io.Pipe()
	var log bytes.Buffer
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, append([]string{"serve"}, flags...), printed, &log) }()
	var ready readyView
	if err := json.NewDecoder(out).Decode(&ready); err != nil {
		t.Fatalf("serve did not get ready: %v", err)
	}

	body := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@acme.test","emails":[{"value":"ann@acme.test","primary":true}]}`
	conn, err := net.Dial("tcp", ready.Listen)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	path := directories[0].BaseURL[len("http://127.0.0.1:0"):]
	// The gateway answers "100 Continue" once its handler reads the body: from then on the request is under way.
	fmt.Fprintf(conn, "POST %s/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/scim+json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n",
		path, created.Token, len(body))
	answers := bufio.NewReader(conn)
	if line, err := answers.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("the gateway does not wait for the body: %q, %v", line, err)
	}
	if _, err := answers.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	stop()
	for { // until new requests are refused
		c, err := net.Dial("tcp", ready.Listen)
		if err != nil {
			break
		}
		c.Close()
	}
	fmt.Fprint(conn, body)
	res, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		t.Errorf("the request under way got %s", res.Status)
	}
	if code := <-ended; code != 0 {
		t.Errorf("serve ended with %d\n%s", code, &log)
	}
	var members []struct{ Email string }
	do(&members, "member", "list", "--tenant", "acme")
	if len(members) != 1 || members[0].Email != "ann@acme.test" {
		t.Errorf("members afterwards = %v", members)
	}
}
