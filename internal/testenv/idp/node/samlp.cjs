// A SAML identity provider made of auth0's samlp. Service providers and accounts are files in this folder, read
// anew for each request.
const crypto = require('crypto'), fs = require('fs'), path = require('path');
const express = require('express'), samlp = require('samlp');

const file = name => path.join(__dirname, name);
const read = name => { try { return JSON.parse(fs.readFileSync(file(name))); } catch { return undefined; } };
const named = (folder, name) => read(path.join(folder, crypto.createHash('sha256').update(String(name)).digest('hex') + '.json'));
const issuer = process.env.ENTITY_ID, key = fs.readFileSync(file('cert/idp.key')), cert = fs.readFileSync(file('cert/idp.crt'));

class Profile {
  constructor(user) { this.user = user; }
  getClaims() { return this.user.saml; }
  getNameIdentifier() {
    const { name_id } = this.user, email = this.user.saml.email || [];
    if (name_id.endsWith(':emailAddress') && email.length === 1) return { nameIdentifier: email[0], nameIdentifierFormat: name_id };
    return { nameIdentifier: this.user.name, nameIdentifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' };
  }
}
const profileMapper = user => new Profile(user);
profileMapper.prototype = Profile.prototype; // samlp looks for the metadata's attributes there
Profile.prototype.metadata = [];

const pem = der => '-----BEGIN CERTIFICATE-----\n' + der.match(/.{1,64}/g).join('\n') + '\n-----END CERTIFICATE-----\n';

function options(sp, user, more) {
  const o = {
    issuer, cert, key, profileMapper, audience: sp.entity_id, destination: sp.acs, recipient: sp.acs,
    getPostURL: (audience, dom, req, done) => done(null, sp.acs),
    lifetimeInSeconds: sp.lifetime,
    signatureAlgorithm: sp.sha1 ? 'rsa-sha1' : 'rsa-sha256', digestAlgorithm: sp.sha1 ? 'sha1' : 'sha256',
    signAssertion: sp.sign_assertion, signResponse: sp.sign_response,
    getUserFromRequest: () => ({ ...user, id: user.name, name_id: sp.name_id }),
    ...more,
  };
  if (sp.encryption) {
    o.encryptionCert = pem(sp.certificate);
    o.encryptionPublicKey = new crypto.X509Certificate(o.encryptionCert).publicKey.export({ type: 'spki', format: 'pem' });
    o.encryptionAlgorithm = 'http://www.w3.org/' + (sp.encryption === 'gcm' ? '2009/xmlenc11#aes256-gcm' : '2001/04/xmlenc#aes256-cbc');
    o.disallowEncryptionWithInsecureAlgorithm = o.warnOnInsecureEncryptionAlgorithm = false; // it takes CBC for insecure, rightly
  }
  return o;
}

const escaped = s => String(s || '').replace(/[&<>"]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }[c]));
const app = express();
app.use(express.urlencoded({ extended: false, limit: '1mb' }));
app.get('/metadata', samlp.metadata({
  issuer, cert, profileMapper, redirectEndpointPath: '/sso', postEndpointPath: '/sso', logoutEndpointPaths: { redirect: '/logout' },
}));
app.all('/sso', (req, res, next) => {
  const form = req.body || {}, user = form.username && named('accounts', form.username);
  if (!user || user.password !== form.password) {
    const hidden = ['SAMLRequest', 'RelayState', 'SigAlg', 'Signature'].map(k => {
      const value = { ...req.query, ...form }[k];
      return value === undefined ? '' : `<input type="hidden" name="${k}" value="${escaped(value)}">`;
    }).join('');
    return res.send(`<!DOCTYPE html><title>Sign in</title><form method="post" action="/sso">${hidden}` +
      '<input name="username"><input name="password" type="password"><button>Sign in</button></form>');
  }
  req.method = 'GET';
  req.query = Object.fromEntries(['SAMLRequest', 'RelayState'].filter(k => form[k]).map(k => [k, form[k]]));
  req.body = {};
  samlp.parseRequest(req, { issuer }, (err, request) => {
    if (err) return next(err);
    const sp = request && named('sps', request.issuer);
    if (!sp) return res.status(400).send('unknown service provider');
    samlp.auth(options(sp, user, {}))(req, res, next);
  });
});
// Unsolicited: nobody asked for it.
app.get('/unsolicited', (req, res, next) => {
  const sp = named('sps', req.query.sp), user = named('accounts', req.query.account), RelayState = req.query.RelayState || '';
  req.query = {};
  samlp.auth(options(sp, user, { RelayState }))(req, res, next);
});
app.use((err, req, res, next) => { console.error(err); res.status(500).send(escaped(err)); });
app.listen(Number(process.env.PORT), '127.0.0.1');
