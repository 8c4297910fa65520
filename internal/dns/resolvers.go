package dns

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// public are well-known resolvers of two operators, which stand in where the machine names less than two.
func public() []string { return []string{"1.1.1.1:53", "8.8.8.8:53"} }

// maxResolvers bounds how many are asked each time.
const maxResolvers = 4

// Resolvers returns those to ask: the listed ones (HOST:PORT or HOST, separated by commas), or, where the
// list is empty, the first one that a resolv.conf file names and public ones, to make two. An error says
// what is wrong with the list; a file that can't be read names none.
func Resolvers(list, resolvConf string) ([]string, error) {
	var out []string
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		address, err := address(item)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, address) {
			out = append(out, address)
		}
	}
	switch {
	case len(out) == 1:
		return nil, errors.New("one resolver alone proves nothing; name two that are independent of each other")
	case len(out) > maxResolvers:
		return nil, fmt.Errorf("%d resolvers are the most", maxResolvers)
	case len(out) > 0:
		return out, nil
	}
	if conf, err := dns.ClientConfigFromFile(resolvConf); err == nil && len(conf.Servers) > 0 {
		out = append(out, net.JoinHostPort(conf.Servers[0], conf.Port))
	}
	for _, p := range public() {
		if len(out) < 2 && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out, nil
}

func address(item string) (string, error) {
	host, port, err := net.SplitHostPort(item)
	if err != nil {
		host, port = strings.Trim(item, "[]"), "53"
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || host == "" || strings.ContainsAny(host, "/ []") {
		return "", fmt.Errorf("%q is not HOST:PORT, such as 1.1.1.1:53", item)
	}
	return net.JoinHostPort(host, port), nil
}
