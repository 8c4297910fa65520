// Package password says which passwords people may set, and keeps them as argon2id hashes.
//
// The rules are those of NIST SP 800-63B §3.1.1.2: a length, no password that is known to be common or that is made of
// what belongs to the person, and no rules about kinds of characters, which make people write worse ones. Texts are
// normalised (NFKC) first, so that the same password typed on another keyboard is the same.
//
// common.txt.gz holds the passwords of 8 characters and more, in lower case, of two lists that are made of passwords
// which leaked, ordered by how often they did: that of zxcvbn 4.4.2 and that of @zxcvbn-ts/language-common 4.1.3, both
// under the MIT licence (common.LICENSE.txt). It was made by sorting them and gzip -9n.
package password
