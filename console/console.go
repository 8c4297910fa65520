package console

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"path"
	"strings"

	"github.com/gorilla/mux"
)

//go:embed templates/*.html assets/*
var files embed.FS

// AssetPrefix is the path under which the pages' style sheet and script are.
const AssetPrefix = "/assets/"

// Pages renders pages. Make one with New. It is safe for concurrent use.
type Pages struct {
	product   string
	templates map[string]*template.Template
}

// Page is what a page tells. Its types are in this package.
type Page interface {
	// name is that of the template, title the page's.
	name() string
	title() string
}

// forms is implemented by pages whose forms lead to other sites, in the end.
type forms interface{ formsTo() string }

// New makes the pages of a product, whose name people read on top of each.
func New(product string) (*Pages, error) {
	p := &Pages{product: product, templates: map[string]*template.Template{}}
	names, err := files.ReadDir("templates")
	if err != nil {
		return nil, err //nolint:wrapcheck // the files are in the program
	}
	for _, f := range names {
		name := strings.TrimSuffix(f.Name(), ".html")
		if name == "layout" {
			continue
		}
		t, err := template.New("layout.html").ParseFS(files, "templates/layout.html", "templates/"+f.Name())
		if err != nil {
			return nil, err //nolint:wrapcheck // it names the file
		}
		p.templates[name] = t
	}
	return p, nil
}

// Product is the name that the pages bear.
func (p *Pages) Product() string { return p.product }

// Routes mounts what the pages load.
func (p *Pages) Routes(r *mux.Router) {
	r.PathPrefix(AssetPrefix).Methods(http.MethodGet, http.MethodHead).HandlerFunc(asset)
}

func asset(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, AssetPrefix)
	body, err := files.ReadFile("assets/" + path.Base(name))
	if err != nil || path.Base(name) != name {
		http.NotFound(w, r)
		return
	}
	kind := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}[path.Ext(name)]
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(body)
}

// Show answers with a page. Nothing of it is kept by the browser or by what stands between.
func (p *Pages) Show(w http.ResponseWriter, status int, page Page) {
	var b bytes.Buffer
	var shell *Shell
	if f, ok := page.(framed); ok {
		shell = f.frame()
	}
	err := p.templates[page.name()].Execute(&b, struct {
		Product, Title string
		Shell          *Shell
		Page           Page
	}{p.product, page.title(), shell, page})
	if err != nil {
		http.Error(w, "This page can't be shown.", http.StatusInternalServerError)
		return
	}
	to := "'self'"
	if f, ok := page.(forms); ok {
		to = f.formsTo()
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action "+to)
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}
