package oidc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxDepth is how deep claims may be nested.
const maxDepth = 16

// object reads one JSON object strictly: every name once at its level, by its exact letters, nothing after it, and
// no nesting beyond maxDepth. encoding/json takes the last of two names and takes "SUB" for "sub", so that two
// readers of one token could see two people. Numbers are json.Number.
func object(raw []byte) (map[string]any, error) {
	if !utf8.Valid(raw) {
		return nil, errors.New("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	v, err := value(d, maxDepth)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object")
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("it is no JSON object")
	}
	return m, nil
}

func value(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, errors.New("it is no JSON")
	}
	delim, nested := t.(json.Delim)
	if !nested {
		return t, nil
	}
	if depth == 0 {
		return nil, fmt.Errorf("it is nested deeper than %d", maxDepth)
	}
	if delim == '[' {
		return array(d, depth-1)
	}
	return members(d, depth-1)
}

func array(d *json.Decoder, depth int) (any, error) {
	list := []any{}
	for d.More() {
		v, err := value(d, depth)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("it is no JSON")
	}
	return list, nil
}

func members(d *json.Decoder, depth int) (any, error) {
	m := map[string]any{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, errors.New("it is no JSON")
		}
		if _, twice := m[name]; twice {
			return nil, errors.New("it has a name twice")
		}
		if m[name], err = value(d, depth); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("it is no JSON")
	}
	return m, nil
}
