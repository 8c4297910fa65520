// Package console renders the pages that people see: plain HTML that works
// without a script, with one style sheet of its own. What a page tells is a value of a type of this
// package; package html/template escapes all of it.
//
// The pages load nothing from elsewhere, and a Content-Security-Policy says so. They are built for
// WCAG 2.1 AA: headings and labels in order, focus that can be seen, colours of enough contrast, in light and in
// dark, from 320 pixels on.
package console
