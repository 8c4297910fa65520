package saml

import (
	"encoding/base64"
	"fmt"

	"github.com/beevik/etree"
)

// SPMetadata returns what the connection's provider has to know of us, as SAML 2.0 metadata: entity id, ACS,
// certificates, and which encryption we accept. It has no validUntil, as most providers read it once.
func SPMetadata(c Config) ([]byte, error) {
	root := etree.NewElement("md:EntityDescriptor")
	root.CreateAttr("xmlns:md", nsMetadata)
	root.CreateAttr("xmlns:ds", nsSignature)
	root.CreateAttr("entityID", c.EntityID)
	sp := root.CreateElement("md:SPSSODescriptor")
	sp.CreateAttr("AuthnRequestsSigned", fmt.Sprint(c.SignRequests))
	sp.CreateAttr("WantAssertionsSigned", "true")
	sp.CreateAttr("protocolSupportEnumeration", nsProtocol)
	for _, k := range c.Keys {
		keyDescriptor(sp, "signing", k)
	}
	if len(c.Keys) > 0 {
		// One only: a provider that finds two takes either.
		el := keyDescriptor(sp, "encryption", c.Keys[0])
		for _, algorithm := range []string{aes256GCM, aes128GCM, oaepMGF1P} {
			el.CreateElement("md:EncryptionMethod").CreateAttr("Algorithm", algorithm)
		}
	}
	if c.NameIDFormat != "" {
		sp.CreateElement("md:NameIDFormat").SetText(c.NameIDFormat)
	}
	acs := sp.CreateElement("md:AssertionConsumerService")
	acs.CreateAttr("Binding", Post)
	acs.CreateAttr("Location", c.ACSURL)
	acs.CreateAttr("index", "0")
	acs.CreateAttr("isDefault", "true")
	doc := etree.NewDocument()
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	doc.SetRoot(root)
	doc.Indent(2)
	raw, err := doc.WriteToBytes()
	if err != nil {
		return nil, fmt.Errorf("write metadata: %w", err)
	}
	return raw, nil
}

func keyDescriptor(parent *etree.Element, use string, k KeyPair) *etree.Element {
	el := parent.CreateElement("md:KeyDescriptor")
	el.CreateAttr("use", use)
	data := el.CreateElement("ds:KeyInfo").CreateElement("ds:X509Data")
	data.CreateElement("ds:X509Certificate").SetText(base64.StdEncoding.EncodeToString(k.Certificate.Raw))
	return el
}
