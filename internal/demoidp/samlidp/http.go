package samlidp

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"slices"

	"github.com/beevik/etree"
)

// Handler returns the provider's routes:
//
//	GET  /metadata  its metadata
//	GET  /sso       an AuthnRequest by HTTP-Redirect: a page with a button for each account
//	POST /sso       the same by HTTP-POST
//	POST /login     the button: a page that posts the response to the service provider
//
// With the parameter "as", a login, /sso answers for that account without asking, as a provider does that
// knows the browser.
func (p Provider) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metadata", func(w http.ResponseWriter, _ *http.Request) {
		raw, err := p.Metadata()
		if err != nil {
			http.Error(w, "The metadata can't be written.", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/samlmetadata+xml")
		_, _ = w.Write(raw)
	})
	mux.HandleFunc("GET /sso", p.sso)
	mux.HandleFunc("POST /sso", p.sso)
	mux.HandleFunc("POST /login", p.sso)
	return mux
}

// maxRequest bounds an AuthnRequest, in bytes, before and after it is inflated.
const maxRequest = 64 << 10

func (p Provider) sso(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 2*maxRequest)
	request, err := readRequest(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	sp, found := p.sp(request)
	if !found {
		http.Error(w, "This service provider is not known here, or asks for another ACS URL than its own.", http.StatusForbidden)
		return
	}
	login := r.FormValue("as")
	i := slices.IndexFunc(p.Accounts, func(a Account) bool { return a.Login == login })
	if i < 0 {
		render(w, chooser, choice{p.EntityID, p.Accounts, request.raw, r.FormValue("RelayState")})
		return
	}
	response, err := p.Answer(Answer{SP: sp, InResponseTo: request.ID, Account: p.Accounts[i]})
	if err != nil {
		http.Error(w, "The response can't be signed.", http.StatusInternalServerError)
		return
	}
	render(w, answer, posting{sp.ACSURL, response, r.FormValue("RelayState")})
}

// request is what matters of an AuthnRequest.
type request struct {
	XMLName xml.Name `xml:"urn:oasis:names:tc:SAML:2.0:protocol AuthnRequest"`
	ID      string   `xml:"ID,attr"`
	ACSURL  string   `xml:"AssertionConsumerServiceURL,attr"`
	Issuer  string   `xml:"urn:oasis:names:tc:SAML:2.0:assertion Issuer"`
	raw     string   // in base64, not deflated
}

func readRequest(r *http.Request) (request, error) {
	raw, err := base64.StdEncoding.DecodeString(r.FormValue("SAMLRequest"))
	if err != nil || len(raw) == 0 {
		return request{}, errors.New("there is no SAMLRequest in base64")
	}
	if r.Method == http.MethodGet {
		if raw, err = io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(raw)), maxRequest)); err != nil {
			return request{}, errors.New("the SAMLRequest is not deflated")
		}
	}
	req := request{raw: base64.StdEncoding.EncodeToString(raw)}
	if err := xml.Unmarshal(raw, &req); err != nil { //nolint:gosec // into three texts, which are compared
		return request{}, errors.New("the SAMLRequest is no AuthnRequest")
	}
	return req, nil
}

func (p Provider) sp(r request) (SP, bool) {
	for _, sp := range p.SPs {
		if sp.EntityID == r.Issuer && (r.ACSURL == "" || r.ACSURL == sp.ACSURL) {
			return sp, true
		}
	}
	return SP{}, false
}

// Metadata returns the provider's metadata, signed.
func (p Provider) Metadata() ([]byte, error) {
	root := etree.NewElement("md:EntityDescriptor")
	root.CreateAttr("xmlns:md", "urn:oasis:names:tc:SAML:2.0:metadata")
	root.CreateAttr("ID", newID())
	root.CreateAttr("entityID", p.EntityID)
	role := root.CreateElement("md:IDPSSODescriptor")
	role.CreateAttr("protocolSupportEnumeration", "urn:oasis:names:tc:SAML:2.0:protocol")
	info := role.CreateElement("md:KeyDescriptor")
	info.CreateAttr("use", "signing")
	keyInfo := info.CreateElement("ds:KeyInfo")
	keyInfo.CreateAttr("xmlns:ds", "http://www.w3.org/2000/09/xmldsig#")
	keyInfo.CreateElement("ds:X509Data").CreateElement("ds:X509Certificate").SetText(base64.StdEncoding.EncodeToString(p.Certificate.Raw))
	role.CreateElement("md:NameIDFormat").SetText("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent")
	for _, binding := range []string{"HTTP-Redirect", "HTTP-POST"} {
		sso := role.CreateElement("md:SingleSignOnService")
		sso.CreateAttr("Binding", "urn:oasis:names:tc:SAML:2.0:bindings:"+binding)
		sso.CreateAttr("Location", p.SSOURL)
	}
	signed := root.Copy()
	if err := p.Sign(signed); err != nil {
		return nil, err
	}
	// The schema wants the signature first.
	signed.InsertChildAt(0, signed.RemoveChildAt(1))
	doc := etree.NewDocument()
	doc.SetRoot(signed)
	raw, err := doc.WriteToBytes()
	if err != nil {
		return nil, fmt.Errorf("write metadata: %w", err)
	}
	return raw, nil
}

type choice struct {
	EntityID   string
	Accounts   []Account
	Request    string
	RelayState string
}

type posting struct{ ACSURL, Response, RelayState string }

func render(w http.ResponseWriter, page *template.Template, data any) {
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		http.Error(w, "The page can't be made.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(b.Bytes())
}

var chooser = template.Must(template.New("chooser").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Demo identity provider</title>
<meta name="viewport" content="width=device-width">
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}input,button{font:inherit;padding:.4rem .7rem}</style></head><body>
<h1>Who are you?</h1><p>This is the demo's identity provider, {{.EntityID}}. It asks for no password.</p>
<form method="post" action="login">
<input type="hidden" name="SAMLRequest" value="{{.Request}}"><input type="hidden" name="RelayState" value="{{.RelayState}}">
{{range .Accounts}}<p><button name="as" value="{{.Login}}">{{.Login}}</button></p>
{{end}}</form></body></html>
`))

var answer = template.Must(template.New("answer").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Demo identity provider</title></head><body>
<form method="post" action="{{.ACSURL}}">
<input type="hidden" name="SAMLResponse" value="{{.Response}}">{{if .RelayState}}<input type="hidden" name="RelayState" value="{{.RelayState}}">{{end}}
<button>Continue</button></form>
<script>document.forms[0].submit()</script></body></html>
`))
